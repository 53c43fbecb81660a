"""Users, what lets them in, and what is recorded of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user is to the fleet; from the viewer on, each may do all that those before it may.

    A platform is a machine's account: it hands in events of the city, and sees nothing.
    """

    PLATFORM = "platform"
    VIEWER = "viewer"
    OPERATOR = "operator"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Return 0 for a platform, more for those who may do more."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in.

    Parameters
    ----------
    id : opaque; the only thing that ledger, logs and audit know of a user.
    name : what they sign in with and colleagues read.
    active : whether they may come in.
    has_password : whether they can sign in at the console; tokens work without.
    """

    id: str
    name: str
    role: Role
    active: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the API, without the secret.

    Parameters
    ----------
    user : id of whoever made it, who is answerable for what it does.
    role : of the token; never more than the user's role at the time of use.
    expires_s, used_s, revoked_s : Unix times; None if it was never used or revoked.
    """

    id: str
    user: str
    name: str
    role: Role
    expires_s: float
    used_s: float | None
    revoked_s: float | None


@dataclass(frozen=True, slots=True)
class Entrant:
    """Whoever a secret lets in.

    Parameters
    ----------
    user : their id.
    name : their name, for themselves to read.
    role : what they may do with this secret.
    by_session : whether they came by a session (a browser's cookie) rather than by a token.
    """

    user: str
    name: str
    role: Role
    by_session: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that was done, or refused. Neither secrets nor free text are ever in it.

    Parameters
    ----------
    at_s : Unix time.
    who : id of the user, `os:<uid>` of whoever used `./fleet user`, empty if nobody was signed in.
    address : from where, `local` for the command line.
    verb : method and address pattern, or the verb of the command line.
    target : ids of what it was done to.
    outcome : `ok` or the code of the error.
    """

    at_s: float
    who: str
    address: str
    verb: str
    target: str
    outcome: str
