"""Nav2's interfaces beyond those that the fleet itself speaks.

They are there where Nav2 is installed, and after `./fleet setup --full-nav2`. Where they are, an embedded robot serves
what Nav2 serves with them.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

_SERVED = (
    ("action", "ComputePathThroughPoses"),
    ("action", "FollowPath"),
    ("msg", "Costmap"),
    ("srv", "ClearEntireCostmap"),
    ("srv", "GetCostmap"),
    ("srv", "LoadMap"),
    ("srv", "ManageLifecycleNodes"),
)


def _type(kind: str, name: str) -> Any:
    module = f"nav2_msgs.{kind}"
    there = importlib.util.find_spec(module) is not None
    return getattr(importlib.import_module(module), name, None) if there else None


TYPES: dict[str, Any] = {name: _type(kind, name) for kind, name in _SERVED}
"""The types by name, None for each that is not built here."""
IS_FULL = all(each is not None for each in TYPES.values())
"""Whether all of them are here."""
