"""`pages.yaml`: what people who are no users may ask for, by the pages of kiosks and of residents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.site.models.base import NotNegative, SiteModel, TextModel, Word

Symbol = Literal["bag", "bell", "box", "car", "chat", "heart", "meal", "small_car", "van"]
Preset = str | float | int | bool


class ChoiceModel(SiteModel):
    """One of several things of which a person takes one, with what it stands for in the request."""

    id: Word
    name: TextModel
    example: TextModel | None = None
    symbol: Symbol | None = None
    params: dict[Word, Preset] = {}


class OfferModel(SiteModel):
    """Something that may be asked for, and how the request comes about."""

    id: Word
    by: Annotated[Literal["kiosk", "resident", "item"], Field(description="whose pass it takes")]
    service: Word
    name: TextModel
    symbol: Symbol = "bell"
    place: Annotated[str, Field(description="the parameter that is the place of the pass")] = ""
    places: Annotated[list[str], Field(description="the places whose passes it is for; empty for all")] = []
    item: Annotated[str, Field(description="the parameter that is the item: of the pass, or a new one")] = ""
    item_mark: Annotated[Word, Field(description="what ids of new items begin with")] = "item"
    params: dict[Word, Preset] = {}
    choices: list[ChoiceModel] = []
    when: Annotated[str, Field(description="the time parameter that the person chooses")] = ""
    in_s: Annotated[list[NotNegative], Field(description="so long from now it may be")] = []
    confirm: Annotated[list[TextModel], Field(description="what the person must say to be so")] = []
    plate: Annotated[bool, Field(description="whether a car's plate is asked for")] = False
    ticket: Annotated[bool, Field(description="whether a number is given by which the item is asked back")] = False


class PraiseModel(SiteModel):
    """A word that may go with a rating."""

    id: Word
    name: TextModel


class PagesFile(SiteModel):
    """`pages.yaml`."""

    schema_version: Literal[1]
    offers: list[OfferModel] = []
    rating_words: Annotated[list[PraiseModel], Field(max_length=8)] = []
