"""Writes a static Gazebo Harmonic world (SDF 1.9) out of upright boxes and cylinders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Colour = tuple[float, float, float]

_SYSTEMS = (
    ("gz-sim-physics-system", "gz::sim::systems::Physics", ""),
    ("gz-sim-user-commands-system", "gz::sim::systems::UserCommands", ""),
    ("gz-sim-scene-broadcaster-system", "gz::sim::systems::SceneBroadcaster", ""),
    ("gz-sim-sensors-system", "gz::sim::systems::Sensors", "<render_engine>ogre2</render_engine>"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """An upright box: x and y extent, and z extent, in metres. Without `solid` it is only seen."""

    x0_m: float
    y0_m: float
    x1_m: float
    y1_m: float
    z0_m: float
    z1_m: float
    colour: Colour
    solid: bool = True


@dataclass(frozen=True, slots=True)
class Round:
    """An upright cylinder on the ground."""

    x_m: float
    y_m: float
    radius_m: float
    height_m: float
    colour: Colour
    solid: bool = True


Shape = Block | Round


@dataclass(frozen=True, slots=True)
class Placed:
    """A model of `worlds/models` that stands in a world; a person walks along `way_m` and back."""

    model: str
    name: str
    x_m: float
    y_m: float
    yaw_rad: float = 0.0
    z_m: float = 0.0
    way_m: tuple[tuple[float, float], ...] = ()


def world_text(
    name: str,
    ground_m: tuple[float, float, float, float],
    models: Sequence[tuple[str, Sequence[Shape]]],
    note: str,
    placed: Sequence[Placed] = (),
) -> str:
    """Return the SDF of a world: systems, sun, ground, one static model for each (name, shapes), and what stands in it.

    Parameters
    ----------
    name : of the world and, in its comment, `note`.
    ground_m : the ground's least x, least y, greatest x and greatest y.
    """
    lines = [
        '<?xml version="1.0"?>',
        f"<!-- {note} -->",
        '<sdf version="1.9">',
        f'  <world name="{name}">',
        '    <physics name="default" type="ode">',
        "      <max_step_size>0.004</max_step_size>",
        "      <real_time_factor>1.0</real_time_factor>",
        "    </physics>",
    ]
    lines += [f'    <plugin filename="{file}" name="{cls}">{inner}</plugin>' for file, cls, inner in _SYSTEMS]
    lines += [
        "    <gravity>0 0 -9.81</gravity>",
        "    <scene>",
        "      <ambient>0.6 0.6 0.6 1</ambient>",
        "      <background>0.75 0.85 0.95 1</background>",
        "      <shadows>false</shadows>",
        "    </scene>",
        '    <light name="sun" type="directional">',
        "      <pose>0 0 30 0 0 0</pose>",
        "      <diffuse>0.9 0.9 0.85 1</diffuse>",
        "      <specular>0.2 0.2 0.2 1</specular>",
        "      <direction>-0.4 0.3 -0.9</direction>",
        "      <cast_shadows>false</cast_shadows>",
        "    </light>",
    ]
    lines += _ground(ground_m)
    for model, shapes in models:
        lines += _model(model, shapes)
    for thing in placed:
        lines += _include(thing)
    lines += ["  </world>", "</sdf>", ""]
    return "\n".join(lines)


def _ground(ground_m: tuple[float, float, float, float]) -> list[str]:
    x0_m, y0_m, x1_m, y1_m = ground_m
    size = f"{_num(x1_m - x0_m)} {_num(y1_m - y0_m)}"
    plane = f"<geometry><plane><normal>0 0 1</normal><size>{size}</size></plane></geometry>"
    return [
        '    <model name="ground_plane">',
        "      <static>true</static>",
        f"      <pose>{_num((x0_m + x1_m) / 2)} {_num((y0_m + y1_m) / 2)} 0 0 0 0</pose>",
        '      <link name="link">',
        f'        <collision name="ground">{plane}</collision>',
        f'        <visual name="ground_look">{plane}{_material((0.62, 0.68, 0.58))}</visual>',
        "      </link>",
        "    </model>",
    ]


def _include(thing: Placed) -> list[str]:
    pose = " ".join(_num(value) for value in (thing.x_m, thing.y_m, thing.z_m, 0, 0, thing.yaw_rad))
    lines = [
        "    <include>",
        f"      <uri>model://{thing.model}</uri>",
        f"      <name>{thing.name}</name>",
        f"      <pose>{pose}</pose>",
    ]
    if thing.way_m:
        waypoints = "".join(f"<waypoint>{_num(x_m)} {_num(y_m)}</waypoint>" for x_m, y_m in thing.way_m)
        lines += [
            '      <plugin filename="gz-sim-trajectory-follower-system" name="gz::sim::systems::TrajectoryFollower">',
            f"        <link_name>body</link_name><loop>true</loop><waypoints>{waypoints}</waypoints>",
            "        <force>20</force><torque>5</torque><range_tolerance>0.3</range_tolerance>",
            "      </plugin>",
        ]
    return [*lines, "    </include>"]


def _model(name: str, shapes: Iterable[Shape]) -> list[str]:
    lines = [f'    <model name="{name}">', "      <static>true</static>", '      <link name="link">']
    for number, shape in enumerate(shapes, start=1):
        part = f"part_{number:02d}"
        body = f"<pose>{_pose(shape)}</pose>{_geometry(shape)}"
        if shape.solid:
            lines.append(f'        <collision name="{part}">{body}</collision>')
        lines.append(f'        <visual name="{part}_look">{body}{_material(shape.colour)}</visual>')
    return [*lines, "      </link>", "    </model>"]


def _pose(shape: Shape) -> str:
    if isinstance(shape, Round):
        centre = (shape.x_m, shape.y_m, shape.height_m / 2)
    else:
        centre = ((shape.x0_m + shape.x1_m) / 2, (shape.y0_m + shape.y1_m) / 2, (shape.z0_m + shape.z1_m) / 2)
    return " ".join(_num(value) for value in (*centre, 0, 0, 0))


def _geometry(shape: Shape) -> str:
    if isinstance(shape, Round):
        size = f"<radius>{_num(shape.radius_m)}</radius><length>{_num(shape.height_m)}</length>"
        return f"<geometry><cylinder>{size}</cylinder></geometry>"
    sides = (shape.x1_m - shape.x0_m, shape.y1_m - shape.y0_m, shape.z1_m - shape.z0_m)
    return f"<geometry><box><size>{' '.join(_num(side) for side in sides)}</size></box></geometry>"


def _material(colour: Colour) -> str:
    value = " ".join(_num(part) for part in (*colour, 1))
    return f"<material><ambient>{value}</ambient><diffuse>{value}</diffuse></material>"


def _num(value: float) -> str:
    return f"{round(value, 4):g}" if abs(value) < 1000 else f"{value:.3f}"
