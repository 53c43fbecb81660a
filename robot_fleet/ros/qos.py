"""The quality of service of every topic, in one table.

Names that begin with `~` live in a robot's namespace (`/care_1/order`), the others are the fleet's.
"""

from __future__ import annotations

from rclpy.qos import QoSDurabilityPolicy, QoSHistoryPolicy, QoSProfile, QoSReliabilityPolicy


def _profile(depth: int, *, reliable: bool, latched: bool = False) -> QoSProfile:
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT,
        durability=QoSDurabilityPolicy.TRANSIENT_LOCAL if latched else QoSDurabilityPolicy.VOLATILE,
    )


QOS: dict[str, QoSProfile] = {
    # the fleet's own
    "~order": _profile(1, reliable=True, latched=True),
    "~report": _profile(20, reliable=True),
    "~state": _profile(5, reliable=False),
    "~load": _profile(1, reliable=True, latched=True),
    "fleet/facts": _profile(1, reliable=True, latched=True),
    "fleet/place_contents": _profile(50, reliable=True, latched=True),
    # Nav2's and the common ones, with the profiles that Nav2 and its clients use
    "~amcl_pose": _profile(1, reliable=True, latched=True),
    "~initialpose": _profile(1, reliable=True),
    "~odom": _profile(10, reliable=False),
    "~battery_state": _profile(5, reliable=True),
    "~plan": _profile(1, reliable=True),
    "~tf": _profile(100, reliable=True),
    "~tf_static": _profile(1, reliable=True, latched=True),
    "~map": _profile(1, reliable=True, latched=True),
    "diagnostics": _profile(50, reliable=True),
    "clock": _profile(1, reliable=False),
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
