"""`reports.yaml`: which reports are made by themselves, and where they go."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from robot_fleet.site.models.base import SiteModel, Word
from robot_fleet.site.models.webhooks import ReceiverModel

LengthName = Literal["day", "week", "month"]
FormName = Literal["csv", "pdf"]
LanguageName = Literal["ko", "en"]


class ReportReceiverModel(ReceiverModel):
    """Who is told of a report, by a signed POST."""

    with_files: Annotated[bool, Field(description="whether the files are in the message, in base64")] = False


class ReportScheduleModel(SiteModel):
    """Reports that are made when their period is over, for one recipient."""

    id: Word
    periods: Annotated[list[LengthName], Field(min_length=1)]
    formats: Annotated[list[FormName], Field(min_length=1)] = ["csv", "pdf"]
    languages: Annotated[list[LanguageName], Field(min_length=1)] = ["ko"]
    settle_s: Annotated[float, Field(ge=0.0, le=86_400.0, description="after the period's end")] = 1_800.0
    catch_up_days: Annotated[int, Field(ge=1, le=92, description="how long ago a period that is made up for ended")] = (
        35
    )
    folder: Annotated[str, Field(min_length=1, description="absolute, or below the fleet's run directory")] | None = (
        None
    )
    webhook: ReportReceiverModel | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.folder is None and self.webhook is None:
            raise ValueError("expected a folder, a webhook or both")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named: tuple[list[str], ...] = ([*self.periods], [*self.formats], [*self.languages])
        for names in named:
            if len(set(names)) != len(names):
                raise ValueError(f"expected each once, got {', '.join(names)}")
        return self


class ReportsFile(SiteModel):
    """`reports.yaml`: the reports that are sent by themselves."""

    schema_version: Literal[1]
    schedules: Annotated[list[ReportScheduleModel], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        ids = [schedule.id for schedule in self.schedules]
        if len(set(ids)) != len(ids):
            raise ValueError("expected each id once")
        return self
