"""Every error a person or a program can meet, with a stable code that the API, the CLI and the console share.

FleetError                 code, message, where (file and key, or object id)
├── SiteError              a site's files are wrong: `site_*`
├── RequestError           a request or command that cannot be accepted: `request_*`
├── PlanError              a plan or a planning problem that breaks a rule: `plan_*`
├── OrderError             an order that an agent cannot follow: `order_*`
├── NavigationError        a robot cannot drive, dock or act: `nav_*`
├── LedgerError            the ledger cannot be opened, read or written: `ledger_*`
├── ScenarioError          a scenario contradicts itself, or did not hold: `scenario_*`
├── StoreError             what is kept besides, such as telemetry, cannot be opened, read or written: `store_*`
└── RuntimeFailure         a process, a port or the machine: `runtime_*`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FleetError(Exception):
    """Base of all errors of robot_fleet.

    Parameters
    ----------
    code : stable machine-readable code, snake_case.
    message : one sentence: what is wrong, what was expected, what to do.
    where : the file and key, or the id of the object, that the message speaks of; empty if none.
    """

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message} [{self.code}]"


class SiteError(FleetError):
    """A site's files are malformed, inconsistent or refer to something that does not exist."""


class RequestError(FleetError):
    """A request or command that is refused; nothing has changed."""


@dataclass(frozen=True, slots=True)
class WrongLine:
    """What is wrong with a line of a file of requests: its number, a code, a sentence, and what is at fault."""

    line: int
    code: str
    message: str
    where: str = ""


class LinesRefused(RequestError):
    """Many requests of which none was taken on; `lines` says what is wrong with which."""

    def __init__(self, message: str, where: str, lines: Sequence[WrongLine]) -> None:
        super().__init__("request_some_refused", message, where)
        self.lines = tuple(lines)


class PlanError(FleetError):
    """A planning problem or a plan that breaks its format or a rule."""


class OrderError(FleetError):
    """An order that cannot be stitched onto the one before or names what the robot does not have."""


class NavigationError(FleetError):
    """A robot that cannot drive, dock or act as asked."""


class LedgerError(FleetError):
    """The ledger cannot be opened, read, written or understood."""


class ScenarioError(FleetError):
    """A scenario that cannot be run as it stands, or whose expectations did not hold."""


class StoreError(FleetError):
    """What is kept besides the ledger cannot be opened, read, written or understood. The fleet goes on without it."""


class RuntimeFailure(FleetError):
    """A process, a port or the machine fails the fleet."""
