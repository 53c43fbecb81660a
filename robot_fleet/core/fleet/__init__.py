"""The Fleet: facts out of inputs. See `fleet.py` for the way through a turn."""

from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.fleet.fleet import Fleet, Outcome
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.turn import Ports

__all__ = ["Fleet", "FleetState", "Outcome", "Ports", "apply", "initial_state"]
