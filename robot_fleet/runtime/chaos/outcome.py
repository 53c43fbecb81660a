"""The result of a chaos run as JSON, and as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from robot_fleet.core.errors import FleetError
from robot_fleet.core.facts import TaskAnswered
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.fleet.tasks.retired import find_ended
from robot_fleet.runtime.chaos.evidence import Evidence
from robot_fleet.runtime.chaos.faults import CLASSES, Fault, Limits
from robot_fleet.runtime.chaos.situations import DELICATE
from robot_fleet.runtime.chaos.verdict import Breach
from robot_fleet.runtime.runs.summary import OUTCOMES

SCHEMA_VERSION = 1


def outcome(
    evidence: Evidence,
    faults: Sequence[Fault],
    breaches: Sequence[Breach],
    *,
    link: str,
    seed: int,
    minutes: float,
    limits: Limits,
    drained_fleet_s: float,
    drained_wall_s: float | None,
    restarts: Mapping[str, int],
) -> dict[str, Any]:
    """Return the result.

    Parameters
    ----------
    drained_fleet_s, drained_wall_s : from the last fault until every request had ended; None on the virtual clock, so
        that the same seed gives the same bytes.
    restarts : how often each process was started again.
    """
    state = _state(evidence)
    ends: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name in evidence.asked:
        task = find_ended(state, name) or state.tasks.get(name)
        end = "rejected" if task is None and name in evidence.refused else OUTCOMES.get(task.state) if task else None
        ends[end or "open"] += 1
        if end not in (None, "done"):
            reasons[evidence.refused[name] if task is None else task.reason] += 1
    return {
        "schema_version": SCHEMA_VERSION,
        "passed": not breaches,
        "site": evidence.site.id,
        "link": link,
        "seed": seed,
        "minutes": minutes,
        "drained_fleet_s": round(drained_fleet_s, 1),
        "drained_wall_s": None if drained_wall_s is None else round(drained_wall_s, 1),
        "requests": {"asked": len(evidence.asked), **dict(sorted(ends.items()))},
        "reasons": dict(sorted(reasons.items())),
        "answers": sum(isinstance(fact, TaskAnswered) for _, fact in evidence.facts),
        "faults": {
            "total": len(faults),
            "delicate_pct": _delicate_pct(faults),
            "classes": [_class(kind.kind.value, kind.does, faults) for kind in CLASSES],
        },
        "limits": asdict(limits),
        "plans": {"checked": evidence.checked, "violations": evidence.violations},
        "restarts": dict(restarts),
        "breaches": [asdict(breach) for breach in breaches],
        "struck": [asdict(fault) for fault in faults],
    }


def _state(evidence: Evidence) -> FleetState:
    """Return what the ledger amounts to, up to a fact that cannot follow (which the verdict tells of)."""
    state = initial_state(evidence.site)
    with suppress(FleetError):
        for _, fact in evidence.facts:
            apply(state, fact)
    return state


def _class(kind: str, does: str, faults: Sequence[Fault]) -> dict[str, Any]:
    own = [fault for fault in faults if fault.kind.value == kind]
    return {
        "kind": kind,
        "does": does,
        "count": len(own),
        "delicate_pct": _delicate_pct(own),
        "situations": dict(sorted(Counter(fault.situation for fault in own).items())),
        "targets": dict(sorted(Counter(fault.target for fault in own).items())),
    }


def _delicate_pct(faults: Sequence[Fault]) -> float | None:
    if not faults:
        return None
    delicate = sum(fault.situation in DELICATE for fault in faults)
    return round(100.0 * delicate / len(faults), 1)
