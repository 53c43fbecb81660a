"""The files that ROS's own tools are given for a site: Nav2's, those of Gazebo and its bridge, and RViz's views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from robot_fleet.core.site import Site
from robot_fleet.site.exports.nav2 import dock_database, nav2_parameters
from robot_fleet.site.exports.rviz import fleet_view, robot_view
from robot_fleet.site.worlds.bridge import bridged_topics
from robot_fleet.site.worlds.robot_model import robot_model


@dataclass(frozen=True, slots=True)
class RosFiles:
    """Where the files of a site are.

    Parameters
    ----------
    folder : the folder of them all.
    """

    folder: Path

    def nav2(self, robot: str) -> Path:
        """Return the parameters of a robot's Nav2."""
        return self.folder / "nav2" / f"{robot}.yaml"

    def docks(self, robot: str) -> Path:
        """Return the docks of a robot."""
        return self.folder / "docks" / f"{robot}.yaml"

    def model(self, robot: str) -> Path:
        """Return the Gazebo model of a robot."""
        return self.folder / "models" / f"{robot}.sdf"

    @property
    def bridge(self) -> Path:
        """The file of the bridge between Gazebo and ROS."""
        return self.folder / "bridge.yaml"

    def view(self, robot: str = "") -> Path:
        """Return what RViz shows of a robot, or of the whole fleet."""
        return self.folder / "rviz" / f"{robot or 'fleet'}.rviz"


def ros_files(
    site: Site, folder: Path, robots: Sequence[str], gazebo: Sequence[str], *, simulated: bool, map_topic: str = "/map"
) -> Mapping[Path, str]:
    """Return the files for some robots of a site, and what stands in each.

    Parameters
    ----------
    folder : where they are to be; Nav2's parameters name the files of docks there.
    robots : those that Nav2 drives.
    gazebo : those of them whose bodies are in Gazebo.
    simulated : whether everybody's clock is `/clock`.
    map_topic : where RViz finds the site's map.
    """
    files = RosFiles(folder.resolve())
    told = {files.view(): _yaml("The whole fleet. RViz: rviz2 -d FILE", fleet_view(site, map_topic))}
    for name in robots:
        parameters = nav2_parameters(site, name, simulated=simulated, real=name not in gazebo, docks=files.docks(name))
        about = f"Nav2 of {name}: params_file of nav2_bringup's bringup_launch.py, with namespace:={name}"
        told[files.nav2(name)] = _yaml(about, parameters)
        told[files.docks(name)] = _yaml(
            f"Docks of {name}: dock_database of its docking_server", dock_database(site, name)
        )
        about = f"{name}. RViz: rviz2 -d FILE --ros-args -r /tf:=/{name}/tf -r /tf_static:=/{name}/tf_static"
        told[files.view(name)] = _yaml(about, robot_view(site, name))
    for name in gazebo:
        told[files.model(name)] = robot_model(site.kinds[site.robots[name].kind], name)
    if gazebo:
        rows = [topic.row() for topic in bridged_topics(site, gazebo, simulated=simulated)]
        told[files.bridge] = _yaml("config_file of ros_gz_bridge's parameter_bridge", rows)
    return told


def write_files(files: Mapping[Path, str]) -> None:
    """Write files, and make the folders that they are in."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _yaml(about: str, content: object) -> str:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    made = "Made from the site by `./fleet site ros` or a launch file: change the site, not this file"
    return f"# {about}.\n# {made}.\n{text}"
