"""A client of a running fleet for Python programs: `FleetClient`. It needs nothing of the fleet but its address."""

from robot_fleet.client.client import FleetClient

__all__ = ["FleetClient"]
