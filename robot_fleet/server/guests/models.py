"""Bodies of requests and answers of passes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from robot_fleet.server.models.rows import TextRow
from robot_fleet.stores.passes.kinds import PassKind

Phase = Literal["asked", "coming", "here", "done", "failed"]
"""How far a task is, in the words of whoever it is done for."""
Id = Annotated[str, Field(min_length=1, max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class PassWish(_Body):
    """A wish for a pass."""

    kind: PassKind
    subject: Id = Field(description="The place, task or item that it is for.", examples=["home/r101"])
    days: float = Field(default=30.0, gt=0.0, le=366.0, description="For how long it is good.")


class PassRow(BaseModel):
    """A pass, without its secret."""

    id: str
    kind: PassKind
    subject: str
    made_by: str = Field(description="Opaque id of whoever made it.")
    expires_s: float = Field(description="Unix time.")
    used_s: float | None
    revoked_s: float | None


class PassMade(PassRow):
    """A new pass. What is secret of it is told this once."""

    secret: str = Field(description="Belongs behind the `#` of a page's address, and nowhere else.")
    page: str = Field(description="The page, relative to the server, with the secret behind its `#`.")
    code: str | None = Field(description="The four digits of a task whose robot asks for them; null for others.")
    qr_svg: str = Field(description="The QR code of the page as an SVG; as secret as the page.")


class AskWish(_Body):
    """A wish for something that the site offers."""

    offer: Id
    choice: str = Field(default="", max_length=64)
    in_s: float = Field(default=0.0, ge=0.0, description="How long from now, one of the offer's.")
    confirmed: bool = Field(default=False, description="Whether everything is so that the offer asks to be.")
    plate: SecretStr = Field(default=SecretStr(""), max_length=32, description="Only a keyed digest of it is kept.")


class Asked(BaseModel):
    """What was asked for."""

    task: str
    expected_at_s: float = Field(description="When, in fleet seconds; 0 if nobody knows yet.")
    ticket: str | None = Field(default=None, description="Nine digits by which what was handed over is asked for.")
    code: str | None = Field(default=None, description="Four digits for whoever is to open what a robot brings.")
    page: str | None = Field(default=None, description="The page of what was handed over, for the driver's own phone.")
    qr_svg: str | None = Field(default=None, description="The QR code of that page.")


class AnswerWish(_Body):
    """An answer to a robot that waits."""

    task: Id
    word: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)


class CodeWish(_Body):
    """The code of a delivery, as somebody has typed it."""

    task: Id
    code: SecretStr = Field(min_length=4, max_length=4)


class TicketWish(_Body):
    """A ticket, as somebody has typed it."""

    ticket: SecretStr = Field(min_length=9, max_length=16)


class TicketTaken(BaseModel):
    """A pass for what a ticket stands for."""

    secret: str
    item: str
    expires_s: float = Field(description="Unix time.")


class RatingWish(_Body):
    """How a task was."""

    task: Id
    stars: int = Field(ge=1, le=5)
    words: list[Id] = Field(default_factory=list, max_length=5)


class Taken(BaseModel):
    """It was taken on."""

    task: str


class ChoiceShown(BaseModel):
    """One of several."""

    id: str
    name: TextRow
    example: TextRow | None
    symbol: str | None


class OfferShown(BaseModel):
    """What may be asked for."""

    id: str
    name: TextRow
    symbol: str
    choices: list[ChoiceShown]
    in_s: list[float]
    confirm: list[TextRow]
    plate: bool
    ticket: bool


class ReplyShown(BaseModel):
    """What may be answered."""

    word: str
    text: TextRow | None


class PromptShown(BaseModel):
    """What a robot asks."""

    act: str
    text: TextRow | None
    answers: list[ReplyShown]
    until_s: float = Field(description="Fleet seconds at which it goes on without an answer.")
    code: bool = Field(description="Whether the code of the delivery is asked for.")
    locked_s: float = Field(description="For how many seconds no code is looked at; 0 for none.")


class ThingShown(BaseModel):
    """A task, as far as it is somebody's own."""

    id: str
    service: TextRow
    phase: Phase
    expected_s: float | None = Field(description="When it is expected, fleet seconds.")
    ended_s: float | None
    robot: TextRow | None
    prompt: PromptShown | None
    outcome: TextRow | None
    stars: int
    may_rate: bool


class ItemShown(BaseModel):
    """What was handed over: where it is."""

    id: str
    at: TextRow | None = Field(description="The place where it stands; null while it is elsewhere.")
    moving: bool = Field(description="Whether a robot has it.")


class WordShown(BaseModel):
    """A word that may go with a rating."""

    id: str
    name: TextRow


class MeAnswer(BaseModel):
    """What somebody's pass is for."""

    kind: PassKind
    subject: str
    place: TextRow | None = Field(description="The name of the place that it is for.")
    now_s: float = Field(description="Fleet seconds.")
    live: bool = Field(description="Whether the fleet's manager answers.")
    emergency_number: str
    offers: list[OfferShown]
    things: list[ThingShown]
    item: ItemShown | None
    words: list[WordShown]
