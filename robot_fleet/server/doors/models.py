"""Bodies of requests and answers about users."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from robot_fleet.server.doors.permissions import Permission
from robot_fleet.stores.users.people import Role

_SECRET = Field(max_length=256)


class SignIn(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=64)
    password: SecretStr = _SECRET


class PasswordWish(BaseModel):
    """A wish to change one's own password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: SecretStr = _SECRET
    new: SecretStr = _SECRET


class SessionAnswer(BaseModel):
    """Who is signed in."""

    users: bool = Field(description="Whether this fleet has users; without, everybody is an admin.")
    signed_in: bool
    user: str = Field(default="", description="Opaque id; `by` of what they command.")
    name: str = ""
    role: Role | None = None
    may: list[Permission] = Field(default_factory=list, description="What they may do.")


class Colleague(BaseModel):
    """A user as others see them."""

    id: str
    name: str


class AuditRow(BaseModel):
    """Something that was done, or refused."""

    at_s: float = Field(description="Unix time.")
    who: str = Field(description="Id of the user; `os:<uid>` on the command line; empty if nobody was signed in.")
    address: str
    verb: str
    target: str = Field(description="Ids of what it was done to.")
    outcome: str = Field(description="`ok` or the code of the error.")
