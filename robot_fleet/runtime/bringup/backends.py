"""What carries the body of each robot of a run, and whose clock holds for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.site import Backend, Site

NONE = "none"
"""Word for no robot where ids are asked for."""


class ClockSource(StrEnum):
    """Whose time is ROS time."""

    EMBEDDED = "embedded"
    """The embedded simulator publishes `/clock`."""
    GAZEBO = "gazebo"
    """Gazebo's clock is bridged to `/clock`."""
    WALL = "wall"
    """A real robot knows no other time, and of two simulators neither follows the other's; both run at factor 1."""


@dataclass(frozen=True, slots=True)
class Backends:
    """The robots that take part in a run, by what carries their bodies, each in the site's order."""

    embedded: tuple[str, ...] = ()
    gazebo: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()

    @property
    def robots(self) -> tuple[str, ...]:
        """Every robot that takes part."""
        return self.embedded + self.gazebo + self.hardware

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Those that the embedded simulator does not move: it mirrors them as ghosts."""
        return self.hardware + self.gazebo

    def strangers_of(self, robot: str) -> tuple[str, ...]:
        """Return the robots that a robot's own sensors cannot see: those with another kind of body."""
        for own in (self.embedded, self.gazebo, self.hardware):
            if robot in own:
                return tuple(name for name in self.robots if name not in own)
        return ()

    @property
    def clock(self) -> ClockSource:
        """Whose clock holds."""
        if self.hardware or (self.embedded and self.gazebo):
            return ClockSource.WALL
        return ClockSource.GAZEBO if self.gazebo else ClockSource.EMBEDDED

    @property
    def simulated(self) -> bool:
        """Whether ROS time is `/clock`: `use_sim_time`."""
        return self.clock is not ClockSource.WALL


def backends(
    site: Site, robots: Sequence[str] = (), *, gazebo: Sequence[str] = (), hardware: Sequence[str] = ()
) -> Backends:
    """Return what carries each robot: what `robots.yaml` says, but for those that are named.

    Parameters
    ----------
    robots : those that take part; empty for all of the site.
    gazebo, hardware : robots that are carried by Gazebo, or are real, whatever the site says.

    Raises
    ------
    RuntimeFailure : `runtime_unknown_robot`, `runtime_namespace_twice`.
    """
    for names in (robots, gazebo, hardware):
        for name in names:
            if name not in site.robots:
                message = f"the site has no such robot; it has {', '.join(site.robots)}"
                raise RuntimeFailure("runtime_unknown_robot", message, name)
    for name, count in (*Counter(robots).items(), *Counter([*gazebo, *hardware]).items()):
        if count > 1:
            message = f"named {count} times; a robot has one body and one namespace, so name it once"
            raise RuntimeFailure("runtime_namespace_twice", message, name)
    for name in (*gazebo, *hardware):
        if robots and name not in robots:
            message = f"does not take part; add it to the robots that do: {', '.join(robots)}"
            raise RuntimeFailure("runtime_unknown_robot", message, name)
    carried: dict[Backend, list[str]] = {backend: [] for backend in Backend}
    for name, spec in site.robots.items():
        if not robots or name in robots:
            backend = Backend.GAZEBO if name in gazebo else Backend.HARDWARE if name in hardware else spec.backend
            carried[backend].append(name)
    return Backends(*(tuple(carried[backend]) for backend in (Backend.EMBEDDED, Backend.GAZEBO, Backend.HARDWARE)))


def with_hardware(site: Site, words: str | None) -> Site:
    """Return a site whose robots have the bodies that a run asks for.

    Parameters
    ----------
    words : ids of the robots that are real in addition to those of the site, separated by commas; `none` for a run
        whose robots are all embedded whatever the site says; None to leave it as the site says.

    Raises
    ------
    RuntimeFailure : `runtime_unknown_robot`, `runtime_namespace_twice`.
    """
    if words is None:
        return site
    if words.strip() == NONE:
        return replace(site, robots={k: replace(spec, backend=Backend.EMBEDDED) for k, spec in site.robots.items()})
    named = ids(words)
    for name in named:
        if name not in site.robots:
            message = f"the site has no robot {name!r}; expected some of {', '.join(site.robots)}, or {NONE!r}"
            raise RuntimeFailure("runtime_unknown_robot", message, "--hardware")
        if named.count(name) > 1:
            message = f"{name} stands there {named.count(name)} times; a robot has one body and one namespace"
            raise RuntimeFailure("runtime_namespace_twice", message, "--hardware")
    robots = {
        name: replace(spec, backend=Backend.HARDWARE) if name in named else spec for name, spec in site.robots.items()
    }
    return replace(site, robots=robots)


def ids(words: str) -> tuple[str, ...]:
    """Return ids that are separated by commas; none of `none`."""
    return tuple(word.strip() for word in words.split(",") if word.strip() and word.strip() != NONE)


def joined(names: Sequence[str]) -> str:
    """Return ids as one word of a command line."""
    return ",".join(names) or NONE
