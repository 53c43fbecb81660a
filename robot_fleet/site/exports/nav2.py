"""The parameters of each robot's Nav2, from what the site says of the robot: body, speeds, map, chargers, start.

Names are those of Nav2's nodes in Jazzy; what stands in no line here keeps Nav2's own default. Topics stand in the
robot's namespace: relative ones where Nav2 resolves them there, absolute ones in the costmaps, whose nodes lie one
deeper. Frames have no prefix, since each robot has a tf tree of its own below its namespace.
"""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import RobotKind, RobotSpec, Site
from robot_fleet.site.exports.nav2_driving import controller_server, planner_server, turning_radps2

MAP_FRAME, ODOM_FRAME, BASE_FRAME = "map", "odom", "base_link"
DOCK_TYPE = "charger"
"""Type of every dock, and name of the plugin that knows how to use it."""
_STAGING_M = 0.5  # back from a charger, where an undocking robot stops
_RESOLUTION_M = 0.05
_LEAST_WINDOW_M = 3.0

Parameters = dict[str, object]


def nav2_parameters(site: Site, robot_id: str, *, simulated: bool, real: bool, docks: Path) -> dict[str, object]:
    """Return what `nav2_bringup` is given as `params_file` for a robot, without its namespace, which Nav2 puts on top.

    Parameters
    ----------
    simulated : whether its clock is `/clock`.
    real : whether it has a battery that a charger charges; Gazebo's are charged by nobody.
    docks : the file of its docks (`dock_database`), as its nodes will find it.
    """
    robot = site.robots[robot_id]
    kind = site.kinds[robot.kind]
    body = kind.loaded_footprint  # nobody tells a costmap when something has been taken on board
    nodes: dict[str, Parameters] = {
        "map_server": {"yaml_filename": str(Path(site.map_file).resolve()), "frame_id": MAP_FRAME},
        "amcl": _amcl(kind, own_pose(site, robot, robot.start)),
        "bt_navigator": _bt_navigator(),
        "controller_server": controller_server(kind),
        "planner_server": planner_server(),
        "smoother_server": {
            "smoother_plugins": ["simple_smoother"],
            "simple_smoother": {"plugin": "nav2_smoother::SimpleSmoother"},
        },
        "behavior_server": _behaviors(kind),
        "velocity_smoother": _velocity_smoother(kind),
        "collision_monitor": _collision_monitor(kind),
        "docking_server": _docking_server(kind, docks, real=real),
    }
    time = {"use_sim_time": simulated}
    told: dict[str, object] = {name: {"ros__parameters": {**time, **node}} for name, node in nodes.items()}
    for name, costmap in (
        ("local_costmap", _local_costmap(kind, body, robot_id)),
        ("global_costmap", _global_costmap(kind, body, robot_id)),
    ):
        told[name] = {name: {"ros__parameters": {**time, **costmap}}}
    return told


def dock_database(site: Site, robot_id: str) -> dict[str, object]:
    """Return the docks of a robot: each charger that its kind may use, by its place id, in the robot's own map."""
    robot = site.robots[robot_id]
    docks: dict[str, object] = {}
    for place in site.places.values():
        if place.kind == "charger" and (not place.kinds or robot.kind in place.kinds):
            pose = own_pose(site, robot, place.id)
            at = [round(pose.x_m, 4), round(pose.y_m, 4), round(pose.yaw_rad, 5)]
            docks[place.id] = {"type": DOCK_TYPE, "frame": MAP_FRAME, "pose": at}
    return {"docks": docks}


def own_pose(site: Site, robot: RobotSpec, place: str) -> Pose:
    """Return where a place is in the map that the robot localises itself on."""
    return robot.alignment.in_own(site.places[place].pose)


def _amcl(kind: RobotKind, start: Pose) -> Parameters:
    motion = "Omni" if kind.omnidirectional else "Differential"
    return {
        "base_frame_id": BASE_FRAME,
        "odom_frame_id": ODOM_FRAME,
        "global_frame_id": MAP_FRAME,
        "scan_topic": "scan",
        "robot_model_type": f"nav2_amcl::{motion}MotionModel",
        "laser_max_range": -1.0,  # what the scans themselves say
        "set_initial_pose": True,
        "initial_pose": {
            "x": round(start.x_m, 4),
            "y": round(start.y_m, 4),
            "z": 0.0,
            "yaw": round(start.yaw_rad, 5),
        },
    }


def _bt_navigator() -> Parameters:
    return {
        "global_frame": MAP_FRAME,
        "robot_base_frame": BASE_FRAME,
        "odom_topic": "odom",
        "navigators": ["navigate_to_pose", "navigate_through_poses"],
        "navigate_to_pose": {"plugin": "nav2_bt_navigator::NavigateToPoseNavigator"},
        "navigate_through_poses": {"plugin": "nav2_bt_navigator::NavigateThroughPosesNavigator"},
        "error_code_names": ["compute_path_error_code", "follow_path_error_code"],
    }


def _behaviors(kind: RobotKind) -> Parameters:
    return {
        "behavior_plugins": ["spin", "backup", "drive_on_heading", "wait"],
        "spin": {"plugin": "nav2_behaviors::Spin"},
        "backup": {"plugin": "nav2_behaviors::BackUp"},
        "drive_on_heading": {"plugin": "nav2_behaviors::DriveOnHeading"},
        "wait": {"plugin": "nav2_behaviors::Wait"},
        "local_frame": ODOM_FRAME,
        "global_frame": MAP_FRAME,
        "robot_base_frame": BASE_FRAME,
        "max_rotational_vel": float(kind.turn_radps),
        "min_rotational_vel": round(min(0.4, kind.turn_radps / 2.0), 3),
        "rotational_acc_lim": turning_radps2(kind),
    }


def _velocity_smoother(kind: RobotKind) -> Parameters:
    sideways_mps, sideways_mps2 = (kind.speed_mps, kind.acceleration_mps2) if kind.omnidirectional else (0.0, 0.0)
    most = [float(kind.speed_mps), float(sideways_mps), float(kind.turn_radps)]
    gains = [float(kind.acceleration_mps2), float(sideways_mps2), turning_radps2(kind)]
    return {
        "feedback": "OPEN_LOOP",
        "odom_topic": "odom",
        "max_velocity": most,
        "min_velocity": [0.0 - value for value in most],
        "max_accel": gains,
        "max_decel": [0.0 - value for value in gains],
    }


def _collision_monitor(kind: RobotKind) -> Parameters:
    stopping_s = kind.speed_mps / kind.acceleration_mps2
    return {
        "base_frame_id": BASE_FRAME,
        "odom_frame_id": ODOM_FRAME,
        "cmd_vel_in_topic": "cmd_vel_smoothed",
        "cmd_vel_out_topic": "cmd_vel",
        "state_topic": "collision_monitor_state",
        "transform_tolerance": 0.2,
        "source_timeout": 1.0,
        "polygons": ["FootprintApproach"],
        "FootprintApproach": {
            "type": "polygon",
            "action_type": "approach",
            "footprint_topic": "local_costmap/published_footprint",
            "time_before_collision": round(stopping_s + 0.2, 2),
            "simulation_time_step": 0.1,
            "min_points": 4,
            "visualize": False,
            "enabled": True,
        },
        "observation_sources": ["scan"],
        "scan": {"type": "scan", "topic": "scan", "enabled": True},
    }


def _docking_server(kind: RobotKind, docks: Path, *, real: bool) -> Parameters:
    return {
        "base_frame": BASE_FRAME,
        "fixed_frame": ODOM_FRAME,
        "dock_approach_timeout": float(max(30.0, 2.0 * kind.dock_s)),
        "dock_database": str(docks),
        "dock_plugins": [DOCK_TYPE],
        DOCK_TYPE: {
            "plugin": "opennav_docking::SimpleChargingDock",
            "staging_x_offset": -_STAGING_M,
            "docking_threshold": 0.1,
            "use_external_detection_pose": False,  # chargers are where the site says
            "use_battery_status": real,
            "use_stall_detection": False,
        },
        "controller": {
            "v_linear_min": 0.05,
            "v_linear_max": round(min(0.15, kind.speed_mps), 3),
            "v_angular_max": float(min(0.75, kind.turn_radps)),
            "costmap_topic": "local_costmap/costmap_raw",
            "footprint_topic": "local_costmap/published_footprint",
        },
    }


def _local_costmap(kind: RobotKind, body: Footprint, robot_id: str) -> Parameters:
    ahead_m = kind.speed_mps**2 / (2.0 * kind.acceleration_mps2) + body.radius_m + 1.0
    window_m = int(-(-max(_LEAST_WINDOW_M, 2.0 * ahead_m) // 1))
    return {
        "global_frame": ODOM_FRAME,
        "robot_base_frame": BASE_FRAME,
        "update_frequency": 5.0,
        "publish_frequency": 2.0,
        "rolling_window": True,
        "width": window_m,
        "height": window_m,
        "resolution": _RESOLUTION_M,
        "footprint": _outline(body),
        "plugins": ["obstacle_layer", "inflation_layer"],
        "obstacle_layer": _obstacles(kind, robot_id),
        "inflation_layer": _inflation(body),
    }


def _global_costmap(kind: RobotKind, body: Footprint, robot_id: str) -> Parameters:
    return {
        "global_frame": MAP_FRAME,
        "robot_base_frame": BASE_FRAME,
        "update_frequency": 1.0,
        "publish_frequency": 1.0,
        "resolution": _RESOLUTION_M,
        "track_unknown_space": True,
        "footprint": _outline(body),
        "plugins": ["static_layer", "obstacle_layer", "inflation_layer"],
        "static_layer": {"plugin": "nav2_costmap_2d::StaticLayer", "map_subscribe_transient_local": True},
        "obstacle_layer": _obstacles(kind, robot_id),
        "inflation_layer": _inflation(body),
    }


def _obstacles(kind: RobotKind, robot_id: str) -> Parameters:
    highest_m = round(max(kind.height_m, kind.lidar_m + 0.1), 3)  # a scan lies at the lidar's height
    return {
        "plugin": "nav2_costmap_2d::ObstacleLayer",
        "enabled": True,
        "max_obstacle_height": highest_m,
        "observation_sources": "scan",
        "scan": {
            "topic": f"/{robot_id}/scan",
            "data_type": "LaserScan",
            "marking": True,
            "clearing": True,
            "inf_is_valid": True,  # what Gazebo's lidar sees nothing in is free
            "min_obstacle_height": 0.0,
            "max_obstacle_height": highest_m,
            "obstacle_max_range": 5.0,
            "raytrace_max_range": 6.0,
        },
    }


def _inflation(body: Footprint) -> Parameters:
    return {
        "plugin": "nav2_costmap_2d::InflationLayer",
        "cost_scaling_factor": 3.0,
        "inflation_radius": round(body.radius_m + 0.1, 3),
    }


def _outline(body: Footprint) -> str:
    x_m, y_m = body.length_m / 2.0, body.width_m / 2.0
    corners = ((x_m, y_m), (x_m, -y_m), (-x_m, -y_m), (-x_m, y_m))
    return f"[{', '.join(f'[{x:g}, {y:g}]' for x, y in corners)}]"
