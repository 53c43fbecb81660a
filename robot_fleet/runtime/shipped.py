"""Where sites, worlds and launch files that come with the product are: in the checkout, else where it is installed."""

from __future__ import annotations

from pathlib import Path

import robot_fleet

_SITES = Path("config") / "sites"
DEFAULT_SITE = _SITES / "busan_edc"
"""The site that is played where none is named, by its path in the checkout: the one place that names it."""

_PACKAGE = Path(robot_fleet.__file__).resolve().parent


def shipped(inside: Path) -> Path:
    """Return the path of a file or folder that comes with the product, whether it is there or not.

    pip and colcon both put it below `share/robot_fleet` of the prefix that the package itself is in.

    Parameters
    ----------
    inside : its path in the checkout, for instance `config/sites/busan_edc`.
    """
    checkout = _PACKAGE.parent / inside
    if checkout.exists():
        return checkout
    shared = [prefix / "share" / "robot_fleet" / inside for prefix in _PACKAGE.parents]
    return next((path for path in shared if path.exists()), checkout)


def shipped_sites() -> Path:
    """Return the folder of the sites that come with the product."""
    return shipped(_SITES)
