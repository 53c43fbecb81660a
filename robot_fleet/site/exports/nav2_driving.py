"""How Nav2 plans and follows ways for a kind of robot: the parameters of its planner and its controller."""

from __future__ import annotations

from robot_fleet.core.site import RobotKind

_CONTROL_HZ = 20.0
_MPPI_STEPS = 56


def turning_radps2(kind: RobotKind) -> float:
    """Return the acceleration of a turn on the spot at which the robot's sides speed up as it does driving straight."""
    return round(2.0 * kind.acceleration_mps2 / kind.footprint.width_m, 3)


def planner_server() -> dict[str, object]:
    """Return the planner: it keeps near straight lines between the poses of an order, and off what is unknown."""
    return {
        "planner_plugins": ["GridBased"],
        "GridBased": {
            "plugin": "nav2_smac_planner::SmacPlanner2D",
            "tolerance": 0.125,
            "allow_unknown": False,
            "cost_travel_multiplier": 1.0,
            "max_planning_time": 2.0,
            "use_final_approach_orientation": False,
        },
    }


def controller_server(kind: RobotKind) -> dict[str, object]:
    """Return the controller: Regulated Pure Pursuit for robots that turn to drive, MPPI for omnidirectional ones."""
    return {
        "controller_frequency": _CONTROL_HZ,
        "min_x_velocity_threshold": 0.001,
        "min_y_velocity_threshold": 0.001 if kind.omnidirectional else 0.5,
        "min_theta_velocity_threshold": 0.001,
        "failure_tolerance": 0.3,
        "speed_limit_topic": "speed_limit",  # the agent publishes it
        "progress_checker_plugins": ["progress_checker"],
        "progress_checker": {
            "plugin": "nav2_controller::PoseProgressChecker",  # turning on the spot is progress, too
            "required_movement_radius": 0.3,
            "required_movement_angle": 0.3,
            "movement_time_allowance": 15.0,
        },
        "goal_checker_plugins": ["goal_checker"],
        "goal_checker": {
            "plugin": "nav2_controller::SimpleGoalChecker",
            "xy_goal_tolerance": 0.1,
            "yaw_goal_tolerance": 0.15,
            "stateful": True,
        },
        "controller_plugins": ["FollowPath"],
        "FollowPath": _mppi(kind) if kind.omnidirectional else _pure_pursuit(kind),
    }


def _pure_pursuit(kind: RobotKind) -> dict[str, object]:
    braking_m = kind.speed_mps**2 / (2.0 * kind.acceleration_mps2)
    return {
        "plugin": "nav2_regulated_pure_pursuit_controller::RegulatedPurePursuitController",
        "desired_linear_vel": float(kind.speed_mps),
        "use_velocity_scaled_lookahead_dist": True,
        "lookahead_time": 1.0,
        "min_lookahead_dist": 0.3,
        "max_lookahead_dist": round(max(0.6, kind.speed_mps), 2),
        "min_approach_linear_velocity": 0.05,
        "approach_velocity_scaling_dist": round(max(0.4, braking_m), 2),
        "use_rotate_to_heading": True,
        "rotate_to_heading_angular_vel": float(kind.turn_radps),
        "rotate_to_heading_min_angle": 0.785,
        "max_angular_accel": turning_radps2(kind),
        "allow_reversing": False,
        "use_collision_detection": True,
        "max_allowed_time_to_collision_up_to_carrot": 1.0,
        "transform_tolerance": 0.2,
    }


def _mppi(kind: RobotKind) -> dict[str, object]:
    speed_mps, gain_mps2 = float(kind.speed_mps), float(kind.acceleration_mps2)
    step_s = 1.0 / _CONTROL_HZ
    weights = {
        "ConstraintCritic": 4.0,
        "CostCritic": 3.81,
        "GoalCritic": 5.0,
        "GoalAngleCritic": 3.0,
        "PathAlignCritic": 14.0,
        "PathFollowCritic": 5.0,
        "TwirlingCritic": 10.0,  # an omnidirectional robot keeps its heading while it drives
    }
    critics: dict[str, dict[str, object]] = {
        name: {"enabled": True, "cost_power": 1, "cost_weight": weight} for name, weight in weights.items()
    }
    critics["CostCritic"]["consider_footprint"] = True
    return {
        "plugin": "nav2_mppi_controller::MPPIController",
        "motion_model": "Omni",
        "time_steps": _MPPI_STEPS,
        "model_dt": step_s,
        "batch_size": 1000,
        "vx_max": speed_mps,
        "vx_min": -speed_mps,
        "vy_max": speed_mps,
        "wz_max": float(kind.turn_radps),
        "ax_max": gain_mps2,
        "ax_min": -gain_mps2,
        "ay_max": gain_mps2,
        "ay_min": -gain_mps2,
        "az_max": turning_radps2(kind),
        "vx_std": round(speed_mps / 3.0, 3),
        "vy_std": round(speed_mps / 3.0, 3),
        "wz_std": round(kind.turn_radps / 3.0, 3),
        "prune_distance": round(speed_mps * _MPPI_STEPS * step_s + 0.3, 2),
        "transform_tolerance": 0.2,
        "critics": list(critics),
        **critics,
    }
