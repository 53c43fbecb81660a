"""What a fleet does by itself beyond its plans: all of it, but in a scenario that shows what a part is good for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policies:
    """What a fleet does by itself.

    Parameters
    ----------
    recovery : tasks that something went wrong with are given to others or tried again; chargers and lanes that failed
        are left alone for a while.
    charging : robots go to chargers.
    preemption : a task that merely drives to its begin, or an act that may be broken off, makes room for an alarm.
    """

    recovery: bool = True
    charging: bool = True
    preemption: bool = True


ALL = Policies()
