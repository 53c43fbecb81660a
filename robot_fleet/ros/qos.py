"""The quality of service of every topic, in one table.

Names that begin with `~` live in a robot's namespace (`/care_1/order`), the others are the fleet's. What is published
is offered reliably, so that any subscriber is compatible; of what comes often our own subscribers want the newest only
and take it from best-effort publishers too, as sensors are.
"""

from __future__ import annotations

from dataclasses import dataclass

from rclpy.qos import QoSDurabilityPolicy, QoSHistoryPolicy, QoSProfile, QoSReliabilityPolicy


@dataclass(frozen=True, slots=True)
class Quality:
    """How a topic is published and listened to."""

    offered: QoSProfile
    wanted: QoSProfile


def _profile(depth: int, *, reliable: bool, latched: bool) -> QoSProfile:
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT,
        durability=QoSDurabilityPolicy.TRANSIENT_LOCAL if latched else QoSDurabilityPolicy.VOLATILE,
    )


def _quality(depth: int, *, latched: bool = False, lossy: bool = False) -> Quality:
    offered = _profile(depth, reliable=True, latched=latched)
    return Quality(offered, _profile(depth, reliable=not lossy, latched=latched))


QOS: dict[str, Quality] = {
    # the fleet's own
    "~order": _quality(1, latched=True),
    "~report": _quality(20),
    # a short queue, so that what a listener hears is new even when it has fallen behind
    "~state": Quality(_profile(5, reliable=True, latched=False), _profile(2, reliable=False, latched=False)),
    "~load": _quality(1, latched=True),
    # who moves a robot; its safety system may publish as it likes, so it must repeat itself
    "~control": Quality(_profile(1, reliable=True, latched=True), _profile(5, reliable=False, latched=False)),
    "~sim/control": _quality(1),
    # how far a simulated world is that keeps to the wall clock
    "fleet/world_clock": _quality(1, lossy=True),
    "fleet/facts": _quality(1, latched=True),
    "fleet/state": _quality(1),
    "fleet/conditions": _quality(5),
    "fleet/alarms": _quality(1, latched=True),
    "fleet/incidents": _quality(1, latched=True),
    "fleet/prompts": _quality(1, latched=True),
    "fleet/contacts": _quality(1, latched=True),
    "fleet/brought_items": _quality(1, latched=True),
    # several at a time must not push each other out, and each is answered
    "fleet/city_events": _quality(50),
    "fleet/city_event_answers": _quality(50),
    "fleet/site_markers": _quality(1, latched=True),
    "fleet/markers": _quality(1),
    "fleet/place_contents": _quality(50, latched=True),
    "fleet/charger_supply": _quality(1, latched=True),
    # repeated once a second, so that nobody has to be told what was wished before
    "fleet/equipment_requests": _quality(50),
    "fleet/equipment_states": _quality(100),
    # Nav2's and the common ones, with the profiles that Nav2 and its clients use
    "~amcl_pose": _quality(1, latched=True),
    "~initialpose": _quality(10),
    "~odom": _quality(10, lossy=True),
    "~battery_state": _quality(5, lossy=True),
    "~plan": _quality(1),
    "~speed_limit": _quality(10),
    "~tf": _quality(100),
    "~tf_static": _quality(1, latched=True),
    "~gazebo/battery_state": _quality(5, lossy=True),
    "~scan": _quality(5, lossy=True),
    "~map": _quality(1, latched=True),
    # what a robot cannot see itself, since others of its fleet have another kind of body; how bad a bench's network is
    "~obstacles": _quality(1, lossy=True),
    "~bench/network": _quality(10),
    "map": _quality(1, latched=True),
    # all robots share the one topic, and a listener must not lose the rest while it looks at some
    "diagnostics": Quality(_profile(50, reliable=True, latched=False), _profile(1000, reliable=True, latched=False)),
    "diagnostics_agg": _quality(10),
    "clock": _quality(1, lossy=True),
}


def topic(name: str, robot: str = "") -> str:
    """Return the absolute name of a topic of the table.

    Raises
    ------
    KeyError : the table does not list it.
    """
    if name not in QOS:
        raise KeyError(name)
    return f"/{robot}/{name[1:]}" if name.startswith("~") else f"/{name}"
