"""Where data of people lie: the store in the state home, its key in the config home, or wherever one says."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.runtime.people import people_folder, people_key


def test_store_and_key_lie_apart_unless_one_says_where() -> None:
    homes = {"XDG_STATE_HOME": "/var/state", "XDG_CONFIG_HOME": "/var/config"}
    assert people_folder(homes) == Path("/var/state/robot_fleet/people")
    assert people_key(homes) == Path("/var/config/robot_fleet/people.key")
    assert people_key({"XDG_CONFIG_HOME": "relative"}) == Path.home() / ".config" / "robot_fleet" / "people.key"
    named = {**homes, "FLEET_PEOPLE": "/srv/people", "FLEET_PEOPLE_KEY": "/media/safe/people.key"}
    assert (people_folder(named), people_key(named)) == (Path("/srv/people"), Path("/media/safe/people.key"))
