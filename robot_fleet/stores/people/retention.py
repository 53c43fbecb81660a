"""How long data outlast the consents they were given under; how many days that is, each site says itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from robot_fleet.stores.people.person import NEEDS, Consent, DataClass, Retention

DAY_S = 86_400.0

Days = Mapping[Retention, Mapping[DataClass, int]]
"""Days after the last consent that covers the data has ended."""


def kept_until_s(data: DataClass, since_s: float, consents: Iterable[Consent], days: Mapping[DataClass, int]) -> float:
    """Return when data of a class must go.

    Parameters
    ----------
    since_s : when the person came into the store; counts where no consent ever covered the data.
    """
    ends_s = [consent.ends_s for consent in consents if data in NEEDS[consent.purpose]]
    return max([since_s, *ends_s]) + days[data] * DAY_S
