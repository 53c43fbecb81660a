"""The checks: what each asks, why a fleet needs it, and what to mend where it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from robot_fleet.core.errors import RequestError
from robot_fleet.runtime.conformance import asking, driving, listening
from robot_fleet.runtime.conformance.recording import Recording
from robot_fleet.runtime.conformance.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Parameters
    ----------
    id : stable.
    judge : finds the verdict in a recording.
    ko : its name in Korean; the English one is the first line of `judge`.
    why : what a fleet needs it for.
    mend : what to do where it fails.
    parts : parts of the test drive that it needs.
    mandatory : whether the robot is certified only with it.
    """

    id: str
    judge: Callable[[Recording], Verdict]
    ko: str
    why: str
    mend: str
    parts: tuple[str, ...] = ()
    mandatory: bool = True

    @property
    def asks(self) -> str:
        """What it asks, in English."""
        return (self.judge.__doc__ or "").splitlines()[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """A check with its verdict."""

    check: Check
    verdict: Verdict

    @property
    def blocks(self) -> bool:
        """Whether the robot is not certified because of it."""
        return self.check.mandatory and self.verdict.outcome is Outcome.FAILED


CHECKS: tuple[Check, ...] = (
    Check(
        "servers",
        listening.servers,
        "Nav2 액션 서버가 있다",
        "Every drive and every charge is a goal of one of them.",
        "Start bt_navigator and docking_server in the robot's namespace; look with `ros2 action list -t`.",
    ),
    Check(
        "lifecycle",
        listening.lifecycle,
        "Nav2 노드가 활성 상태다",
        "A node that is not active accepts no goal.",
        "Let a lifecycle_manager with autostart bring the nodes up; see `ros2 lifecycle get`.",
    ),
    Check(
        "isolation",
        listening.isolation,
        "이름공간 밖으로 새지 않는다",
        "Two robots that publish on one name are taken for one robot that jumps.",
        "Use relative topic names; remap /tf and /tf_static into the namespace.",
    ),
    Check(
        "pose_offer",
        listening.pose_offer,
        "위치가 늦게 온 구독자에게도 전달된다",
        "An agent that starts later must know where a robot at rest is.",
        "Publish amcl_pose reliable and transient local, as AMCL does.",
    ),
    Check(
        "pose_rate",
        listening.pose_rate,
        "주행 중 위치가 계속 갱신된다",
        "Right of way is given by where robots are.",
        "Lower AMCL's update_min_d and update_min_a.",
        ("drive",),
    ),
    Check(
        "covariance",
        listening.covariance,
        "위치의 불확실성이 타당하다",
        "A robot that is lost is stopped by how unsure it is.",
        "Publish the real covariance of the localisation; zeros claim certainty.",
    ),
    Check(
        "numbers",
        listening.numbers,
        "숫자가 유한하고 쿼터니언이 정규화되어 있다",
        "Messages with NaN are refused, and the robot counts as silent.",
        "Find the driver that divides by a time step of zero; normalise quaternions.",
    ),
    Check(
        "frames",
        listening.frames,
        "좌표계 이름에 접두사가 없다",
        "Poses are accepted in the frame map only; Nav2 namespaces the tf topic, not the frames.",
        "Set the frames to map, odom and base_link, and remap /tf into the namespace.",
    ),
    Check(
        "transforms",
        listening.transforms,
        "좌표 변환이 지도에서 로봇까지 이어진다",
        "RViz and the robot's own Nav2 need the chain map, odom, base.",
        "Let the localisation publish map to odom, and the base odom to base_link, on the namespace's tf.",
        mandatory=False,
    ),
    Check(
        "odom_rate",
        listening.odom_rate,
        "주행거리계가 끊기지 않는다",
        "A robot whose odometry is silent for 2 s gets no orders.",
        "Publish odom at 10 Hz or more, at rest too; look at the network's load.",
    ),
    Check(
        "odom_stamps",
        listening.odom_stamps,
        "주행거리계의 시각이 거꾸로 가지 않는다",
        "Speeds and histories are built on them.",
        "Stamp with one clock; let chrony slew the clock instead of stepping it.",
    ),
    Check(
        "clock",
        listening.clock,
        "시계가 50 ms 이내로 맞는다",
        "Due times, recordings of several robots and safe stops need one time.",
        "Run chrony or PTP on the robot against the fleet's server.",
    ),
    Check(
        "battery_rate",
        listening.battery_rate,
        "배터리 상태가 자주 온다",
        "Charging is planned by it; a robot of unknown charge gets no tasks.",
        "Publish battery_state at least every 5 s, at 1 Hz if you can.",
    ),
    Check(
        "battery_range",
        listening.battery_range,
        "배터리 잔량이 0에서 1 사이다",
        "sensor_msgs says 0 to 1; 80 would be a battery of 8000 %.",
        "Divide by 100.",
    ),
    Check(
        "accepts",
        driving.accepts,
        "목표를 1초 안에 받아들인다",
        "An alarm's robot must set off at once; a slow answer looks like a lost one.",
        "Look at the load of the robot's computer and at bt_navigator's log.",
        ("drive", "through"),
    ),
    Check(
        "feedback",
        driving.feedback,
        "진행 상황을 자주 알린다",
        "A goal that is silent for 3 s counts as lost, and its robot is stopped.",
        "Keep bt_loop_duration at Nav2's 10 ms; look for recoveries that block.",
        ("drive", "through"),
    ),
    Check(
        "distance",
        driving.distance,
        "남은 거리가 줄어든다",
        "People are told how far a robot still is.",
        "Fill distance_remaining from the path that is followed.",
        ("drive",),
        mandatory=False,
    ),
    Check(
        "reaches",
        driving.reaches,
        "목표에 정확히 도착한다",
        "Acts are done where the place is; lanes are as wide as this allows.",
        "Lower xy_goal_tolerance and yaw_goal_tolerance; check the localisation.",
        ("drive",),
    ),
    Check(
        "stands",
        driving.stands,
        "도착했다고 한 뒤에는 서 있다",
        "After the result the ground behind is given to others.",
        "Use StoppedGoalChecker, or let the controller brake before it reports.",
        ("drive",),
    ),
    Check(
        "wall",
        driving.wall,
        "벽 속의 목표를 Nav2의 코드로 거절한다",
        "The code tells an unreachable place from a broken robot.",
        "Let the behaviour tree pass the planner's error_code on (error_code_names of bt_navigator).",
        ("refuse",),
    ),
    Check(
        "outside",
        driving.outside,
        "지도 밖의 목표를 Nav2의 코드로 거절한다",
        "The code tells a wrong map from a broken robot.",
        "Let the behaviour tree pass the planner's error_code on (error_code_names of bt_navigator).",
        ("refuse",),
    ),
    Check(
        "unmoved",
        driving.unmoved,
        "갈 수 없는 목표에는 움직이지 않는다",
        "Ground that was not released must stay free.",
        "Forbid recoveries (spin, back up) before a first path was found.",
        ("refuse",),
    ),
    Check(
        "cancel_answer",
        driving.cancel_answer,
        "취소하면 3초 안에 끝난다",
        "Holds and pre-emption wait for it.",
        "Check cancellation in every behaviour of your tree.",
        ("cancel",),
    ),
    Check(
        "cancel_stops",
        driving.cancel_stops,
        "취소하면 실제로 멈춘다",
        "A hold that does not stop the robot is none.",
        "Let the controller publish zero velocity when its goal is cancelled.",
        ("cancel",),
    ),
    Check(
        "order",
        driving.order,
        "경유점을 순서대로 지난다",
        "The way through the poses is what was released; another one is not.",
        "Do not drop intermediate poses (RemovePassedGoals with a radius that is too large).",
        ("through",),
    ),
    Check(
        "poses_left",
        driving.poses_left,
        "남은 경유점 수를 줄여 가며 알린다",
        "By it the fleet knows what has been passed, and gives that ground to others.",
        "Fill number_of_poses_remaining; RemovePassedGoals keeps it right.",
        ("through",),
    ),
    Check(
        "preempts",
        driving.preempts,
        "새 목표로 멈추지 않고 넘어간다",
        "A longer way is sent while the robot drives; else it would stop at every release.",
        "Use the same behaviour tree for both goals, and GoalUpdatedController or a fresh path without a halt.",
        ("preempt",),
    ),
    Check(
        "overtaken",
        driving.overtaken,
        "대체된 목표가 끝난다",
        "A goal that never ends looks like one that goes on.",
        "Abort or cancel the goal that a new one has replaced.",
        ("preempt",),
    ),
    Check(
        "limited",
        driving.limited,
        "속도 제한을 지킨다",
        "Zones have legal speeds.",
        "Use a controller that takes speed_limit in (all of Nav2's do), in the robot's namespace.",
        ("preempt",),
    ),
    Check(
        "cancel_all",
        driving.cancel_all,
        "빈 취소 요청으로 모든 목표가 끝난다",
        "An agent that has started anew does not know the ids of its earlier life.",
        "Leave the handling of cancel requests to rclcpp_action or rclpy.",
        ("preempt",),
    ),
    Check(
        "burst",
        asking.burst,
        "몰려오는 목표를 견딘다",
        "Releases may come in quick succession.",
        "Answer each goal; let the newest win and the others end.",
        ("burst",),
    ),
    Check(
        "late_result",
        asking.late_result,
        "끝난 목표의 결과를 나중에도 알려 준다",
        "After a gap of the network the fleet asks how it ended.",
        "Keep results for some minutes (result_timeout; Nav2's action_server_result_timeout is 10 s or more).",
        ("drive", "ask"),
    ),
    Check(
        "strange_result",
        asking.strange_result,
        "모르는 목표에 대한 질문에도 답한다",
        "So an agent learns that a robot was started anew.",
        "Leave the handling of result requests to rclcpp_action or rclpy.",
        ("ask",),
    ),
    Check(
        "path",
        asking.path,
        "경로 계획이 출발점에서 목표까지 이어진다",
        "Travel times are asked of the robots' own planners.",
        "Start planner_server; heed use_start.",
        ("ask",),
        mandatory=False,
    ),
    Check(
        "path_free",
        asking.path_free,
        "경로가 벽을 지나지 않는다",
        "A planner with another map drives elsewhere than the fleet believes.",
        "Give the robot the site's map, or align its own (`./fleet site align`).",
        ("ask",),
        mandatory=False,
    ),
    Check(
        "path_refused",
        asking.path_refused,
        "벽 속으로 가는 경로는 Nav2의 코드로 거절한다",
        "So a place that cannot be reached is known before anybody drives.",
        "Set allow_unknown and tolerance of the planner so that a goal in a wall has no path.",
        ("ask",),
        mandatory=False,
    ),
    Check(
        "orphan",
        asking.orphan,
        "클라이언트가 죽어도 주어진 것만 하고 멈춘다",
        "Without the network a robot finishes what was released and stops.",
        "Do not patrol, loop or resume in the behaviour tree after a goal.",
        ("orphan",),
    ),
    Check(
        "dock_unknown",
        asking.dock_unknown,
        "모르는 충전기를 901로 거절한다",
        "The code tells a missing dock from one that was not found.",
        "Use opennav_docking's server, or answer DOCK_NOT_IN_DB.",
        ("no_dock",),
    ),
    Check(
        "docks",
        asking.docks,
        "충전기에 도킹한다",
        "A robot that does not charge by itself needs people every day.",
        "Put the dock into the dock database under the place's id.",
        ("dock",),
    ),
    Check(
        "undocks",
        asking.undocks,
        "충전기에서 나온다",
        "A robot that does not leave its charger serves nobody.",
        "Give dock_type where the robot does not know its dock; check the staging pose.",
        ("dock",),
    ),
    Check(
        "battery_supply",
        listening.battery_supply,
        "충전 중임을 배터리 상태로 알린다",
        "By power_supply_status the fleet knows whether a robot is docked.",
        "Fill power_supply_status: charging or full on the charger, discharging elsewhere.",
        ("dock",),
    ),
)


def chosen(names: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks of these ids, all where none is named.

    Raises
    ------
    RequestError : `request_unknown_check`.
    """
    known = {check.id: check for check in CHECKS}
    for name in names:
        if name not in known:
            raise RequestError("request_unknown_check", f"expected one of {', '.join(known)}", name)
    return tuple(known[name] for name in dict.fromkeys(names)) if names else CHECKS


def judge(seen: Recording, checks: Sequence[Check] = CHECKS) -> tuple[Finding, ...]:
    """Hold a recording against checks."""
    return tuple(Finding(check, check.judge(seen)) for check in checks)
