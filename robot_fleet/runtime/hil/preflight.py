"""What must be so before a run with real robots starts: each is there, once, and nobody else answers to their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.backends import Backends
from robot_fleet.runtime.hil.watch import absent, twice

TOPICS = ("odom", "amcl_pose")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was on the network.

    Parameters
    ----------
    heard : per robot with a body elsewhere, which of its topics spoke.
    bodies, agents : per robot, how many publish odometry and how many an agent's reports.
    """

    heard: Mapping[str, frozenset[str]]
    bodies: Mapping[str, int]
    agents: Mapping[str, int]


def judge(bodies: Backends, seen: Seen, waited_s: float) -> tuple[str, ...]:
    """Return the robots whose agents run already, on their own computers.

    Raises
    ------
    RuntimeFailure : `runtime_hil_absent`, `runtime_hil_twice`, `runtime_hil_taken`.
    """
    for name in bodies.elsewhere:
        missing = [word for word in TOPICS if word not in seen.heard.get(name, frozenset())]
        finding = None
        if missing:
            finding = absent(name, missing, waited_s)
        elif seen.bodies[name] > 1:
            finding = twice(name, f"/{name}/odom", seen.bodies[name])
        elif seen.agents[name] > 1:
            finding = twice(name, f"/{name}/report", seen.agents[name])
        if finding is not None:
            raise RuntimeFailure(finding.code, finding.sentence, finding.where)
    for name in bodies.embedded:
        if seen.bodies.get(name) or seen.agents.get(name):
            message = (
                f"this run simulates {name}, but a robot or an agent of that name is on the network already; name it"
                f" with --hardware {name}, or end it"
            )
            raise RuntimeFailure("runtime_hil_taken", message, name)
    return tuple(name for name in bodies.elsewhere if seen.agents[name])
