"""What is known of people, and under which consents. Times are Unix seconds.

Whatever tells who somebody is stays out of `repr`, so that no log and no traceback can hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

DOOR_POLICIES = ("open", "resident", "remote_unlock", "staff")


class DataClass(StrEnum):
    """Data that are needed together, sealed together and kept equally long."""

    CONTACT = "contact"
    """Name, phones, guardian, and where they live."""
    CARE = "care"
    """Conditions that helpers must know of."""
    DOOR = "door"
    """How their door is opened."""
    VEHICLE = "vehicle"
    """Plates of their cars."""


class Purpose(StrEnum):
    """What data are read for."""

    CARE_EMERGENCY = "care_emergency"
    """Life and limb: the one purpose that needs no consent (PIPA, article 15)."""
    CARE_VISIT = "care_visit"
    DELIVERY = "delivery"
    PARKING = "parking"


NEEDS: Mapping[Purpose, tuple[DataClass, ...]] = MappingProxyType(
    {
        Purpose.CARE_EMERGENCY: (DataClass.CONTACT, DataClass.CARE, DataClass.DOOR),
        Purpose.CARE_VISIT: (DataClass.CONTACT, DataClass.CARE, DataClass.DOOR),
        Purpose.DELIVERY: (DataClass.CONTACT, DataClass.DOOR),
        Purpose.PARKING: (DataClass.CONTACT, DataClass.VEHICLE),
    }
)
"""Which data a purpose needs; a read opens no others."""


class Retention(StrEnum):
    """How long a person's data outlast their consents."""

    RESIDENT = "resident"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who is told if something happens."""

    name: str = field(repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person, or that part of it which was asked for: the rest is empty then.

    Parameters
    ----------
    id : opaque; the only thing of a person that may leave the store unasked. Empty before the store has given one.
    place : id of the place where they live.
    door_policy : one of `DOOR_POLICIES`; empty if it is the place's own.
    """

    id: str = ""
    retention: Retention = Retention.RESIDENT
    place: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    guardian: Guardian | None = field(default=None, repr=False)
    conditions: tuple[str, ...] = field(default=(), repr=False)
    door_policy: str = field(default="", repr=False)
    door_code: str = field(default="", repr=False)
    plates: tuple[str, ...] = field(default=(), repr=False)


FIELDS: Mapping[DataClass, tuple[str, ...]] = MappingProxyType(
    {
        DataClass.CONTACT: ("place", "name", "phones", "guardian"),
        DataClass.CARE: ("conditions",),
        DataClass.DOOR: ("door_policy", "door_code"),
        DataClass.VEHICLE: ("plates",),
    }
)


def part_of(person: Person, data: DataClass) -> dict[str, Any] | None:
    """Return a person's data of one class as JSON; None if there are none."""
    whole = asdict(person)
    part = {name: whole[name] for name in FIELDS[data]}
    return part if any(part.values()) else None


def with_part(person: Person, part: Mapping[str, Any]) -> Person:
    """Return a person with data that `part_of` gave added."""
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}
    if told.get("guardian") is not None:
        told["guardian"] = Guardian(**told["guardian"])
    return replace(person, **told)


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to.

    Parameters
    ----------
    version : of the text that they agreed to.
    withdrawn_s : when they took it back; None if they did not.
    """

    purpose: Purpose
    version: str
    given_s: float
    expires_s: float
    withdrawn_s: float | None = None

    @property
    def ends_s(self) -> float:
        """When it ends, or ended."""
        return self.expires_s if self.withdrawn_s is None else min(self.expires_s, self.withdrawn_s)

    def holds(self, now_s: float) -> bool:
        """Return whether it covers a read now."""
        return self.given_s <= now_s < self.ends_s


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Data of a person that were given to somebody outside, for instance to the ambulance.

    Parameters
    ----------
    to : whom, as their office.
    by : opaque id of who gave them.
    """

    at_s: float
    to: str
    purpose: Purpose
    by: str
