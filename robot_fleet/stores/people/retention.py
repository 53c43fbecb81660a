"""How long data outlast the consents they were given under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from robot_fleet.stores.people.person import NEEDS, Consent, DataClass, Retention

DAY_S = 86_400.0

Days = Mapping[Retention, Mapping[DataClass, int]]

DEFAULT_DAYS: Days = MappingProxyType(
    {
        Retention.RESIDENT: MappingProxyType(
            {DataClass.CONTACT: 90, DataClass.CARE: 30, DataClass.DOOR: 7, DataClass.VEHICLE: 30}
        ),
        Retention.GUEST: MappingProxyType(
            {DataClass.CONTACT: 7, DataClass.CARE: 7, DataClass.DOOR: 1, DataClass.VEHICLE: 7}
        ),
    }
)
"""Days after the last consent that covers the data has ended."""


def kept_until_s(data: DataClass, since_s: float, consents: Iterable[Consent], days: Mapping[DataClass, int]) -> float:
    """Return when data of a class must go.

    Parameters
    ----------
    since_s : when the person came into the store; counts where no consent ever covered the data.
    """
    ends_s = [consent.ends_s for consent in consents if data in NEEDS[consent.purpose]]
    return max([since_s, *ends_s]) + days[data] * DAY_S
