"""A day made by hand: two robots, five requests, a fault, a stop, a silence. What comes of it is reckoned on paper.

Times are seconds of the day; 08:00 is 28,800. What each robot did:

    c1  28800 live, idle                                 l1  32400 live, order o3 at once: drives 100 m empty
        28900 order o1, nothing released: waits              32500 takes the parcel: works
        28910 two steps released: drives 100 + 50 m          32560 has it; order o4: drives 200 m loaded
        29060 at home/r1: waits                              32760 at home/r2: waits
        29070 the act is released: works                     32800 gives it: works
        29670 done: idle                                     32830 fault for 300 s: out of service
        29700 order o2: drives 100 m, docks                  33130 works on
        29830 docked: charges                                33190 done, 60 s late: idle
        36000 offline                                        34000 emergency stop: out of service
        39600 live: charges                                  34600 a person lets it go: idle
                                                             36000 maintenance: out of service
                                                             39600 idle
    nothing is written from 39600 to 46800, which is longer than the hour after which a silence is unknown
        46800 live: charges                                  46800 idle
        47400 the newest fact                                47400
"""

from __future__ import annotations

from datetime import date

from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    EmergencyStopped,
    Fact,
    HoldSet,
    IncidentOpened,
    ItemMoved,
    MaintenanceBegan,
    MaintenanceDone,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    RequestRefused,
    RobotFaulted,
    RobotLinkChanged,
    StepsReleased,
    TaskAnswered,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRequested,
)
from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.order import Step, StepKind, StepResult, StepState
from robot_fleet.core.site import RobotKind
from robot_fleet.core.text import Text
from robot_fleet.reports.calendar import Length, Period, period_of
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.site.models.costs import CostsFile

Timed = tuple[float, Fact]
BEGAN = date(2026, 11, 1)
HERE = Pose(0.0, 0.0, 0.0)
FROM = {"ko": "가정", "en": "assumption"}


def kind(name: str, loaded_w: float) -> RobotKind:
    flat = Footprint(0.5, 0.5)
    return RobotKind(
        name, Text("종류", name), flat, flat, 40.0, 10.0, 1.0, 1.0, 1.0, 1.0, False, 600.0,
        standing_w=36.0, driving_w=72.0, loaded_w=loaded_w, charge_w=150.0,
        dock_s=30.0, undock_s=10.0, reserve_pct=10.0, charge_below_pct=20.0, charge_to_pct=90.0,
    )  # fmt: skip


COSTS = CostsFile.model_validate(
    {
        "schema_version": 1,
        "kinds": {
            "care": {
                "lease_won_per_month": 300_000.0,
                "maintenance_won_per_month": 30_000.0,
                "maintenance_won_per_km": 1_000.0,
                "source": FROM,
            },
            "logistics": {"lease_won_per_month": 600_000.0, "maintenance_won_per_km": 2_000.0, "source": FROM},
        },
        "energy": {
            "bands": [
                {"from_hour": 0, "to_hour": 12, "won_per_kwh": 100.0},
                {"from_hour": 12, "to_hour": 24, "won_per_kwh": 200.0},
            ],
            "charger_efficiency_pct": 80.0,
            "source": FROM,
        },
        "operators": {
            "won_per_hour": 18_000.0,
            "minutes_per_alarm": 2.0,
            "minutes_per_incident": 10.0,
            "minutes_per_intervention": 5.0,
            "source": FROM,
        },
        "saved": {
            "visit": {"minutes_per_task": 15.0, "source": FROM},
            "parcel": {"minutes_per_task": 6.0, "source": FROM},
        },
        "budget": {"won_per_month": 1_500_000.0, "source": FROM},
    }
)

GROUND = Ground(
    site="hand",
    robots={"c1": "care", "l1": "logistics"},
    kinds={"care": kind("care", 108.0), "logistics": kind("logistics", 144.0)},
    lanes_m={"a>b": 100.0, "b>c": 50.0, "c>d": 100.0, "h>k": 100.0, "k>r": 200.0},
    respond_s={"help_called": 60.0, "stuck": 300.0},
    names={"c1": Text("돌봄 1호", "Care 1"), "visit": Text("방문", "Visit")},
    costs=COSTS,
)


def asked(at_s: float, task: str, service: str, alarm: bool = False) -> Timed:
    return at_s, TaskRequested(
        task, service, {}, "op", at_s, at_s, at_s + 600.0, "there.arrived", ("care",), (), 10, 1.0, "", alarm, "ok"
    )


def order(at_s: float, robot: str, name: str, task: str, stop: int, place: str, lanes: str, tail: StepKind) -> Timed:
    purpose = "task" if task else "home"
    way = tuple(lanes.split())
    return at_s, OrderSent(
        robot, name, 0, purpose, task, stop, place, False, way, (Step(f"{name}.9", tail, HERE),), at_s
    )


def released(at_s: float, robot: str, name: str, steps: int) -> Timed:
    return at_s, StepsReleased(robot, name, steps, at_s)


def done(at_s: float, robot: str, name: str, *steps_s: float) -> Timed:
    """Steps that ended at their own times, heard of later."""
    results = tuple(StepResult(f"{name}.{each}", StepState.DONE, at_s=each) for each in (steps_s or (at_s,)))
    return at_s, OrderProgressed(robot, name, results, at_s)


def over(at_s: float, robot: str, name: str) -> Timed:
    return at_s, OrderEnded(robot, name, "finished", "", at_s)


def live(at_s: float, robot: str, state: str = "live") -> Timed:
    return at_s, RobotLinkChanged(robot, state, at_s)


FACTS: tuple[Timed, ...] = (
    live(28_800.0, "c1"),
    asked(28_800.0, "t1", "visit", alarm=True),
    order(28_900.0, "c1", "o1", "t1", 0, "home/r1", "a>b b>c", StepKind.ACT),
    released(28_910.0, "c1", "o1", 2),
    done(29_062.0, "c1", "o1", 29_010.0, 29_060.0),
    released(29_070.0, "c1", "o1", 3),
    done(29_670.0, "c1", "o1"),
    over(29_670.0, "c1", "o1"),
    (29_670.0, TaskCompleted("t1", "ok", 0.0, 29_670.0)),
    order(29_700.0, "c1", "o2", "", -1, "home/charger", "c>d", StepKind.DOCK),
    released(29_700.0, "c1", "o2", 2),
    done(29_830.0, "c1", "o2", 29_800.0, 29_830.0),
    over(29_830.0, "c1", "o2"),
    live(32_400.0, "l1"),
    asked(32_400.0, "t2", "parcel"),
    order(32_400.0, "l1", "o3", "t2", 0, "hub/shelf", "h>k", StepKind.ACT),
    released(32_400.0, "l1", "o3", 2),
    done(32_500.0, "l1", "o3"),
    done(32_560.0, "l1", "o3"),
    (32_560.0, ItemMoved("p1", "robot:l1", 32_560.0)),
    over(32_560.0, "l1", "o3"),
    order(32_560.0, "l1", "o4", "t2", 1, "home/r2", "k>r", StepKind.ACT),
    released(32_560.0, "l1", "o4", 1),
    done(32_760.0, "l1", "o4"),
    released(32_800.0, "l1", "o4", 2),
    (32_830.0, RobotFaulted("l1", "act_failed", 33_130.0, 32_830.0)),
    done(33_190.0, "l1", "o4"),
    (33_190.0, ItemMoved("p1", "person:x", 33_190.0)),
    over(33_190.0, "l1", "o4"),
    (33_190.0, TaskCompleted("t2", "ok", 60.0, 33_190.0)),
    (34_000.0, EmergencyStopped("l1", 1, 34_000.0)),
    (34_000.0, AlarmRaised("stuck:1", "stuck", ("stuck:l1",), "high", 34_000.0)),
    (34_000.0, IncidentOpened("incident:1", "stuck:1", ("l1",), "", 34_000.0)),
    (34_000.0, RequestRefused("t3", "parcel", "op", 34_000.0, "too_heavy")),
    asked(34_000.0, "t4", "visit"),
    asked(34_000.0, "t5", "visit"),
    (34_100.0, AlarmAcknowledged("stuck:1", "op", 34_100.0)),
    (34_100.0, TaskCancelled("t4", "cancelled_by_person", "op", 34_100.0)),
    (34_200.0, TaskFailed("t5", "nav_failed", 34_200.0)),
    (34_600.0, TaskAnswered("t5", "failed", "op", 34_600.0)),
    (34_600.0, HoldSet(False, "l1", "", "op")),
    live(36_000.0, "c1", "offline"),
    (36_000.0, MaintenanceBegan("l1", "wheel", "op", 36_000.0)),
    live(39_600.0, "c1"),
    (39_600.0, MaintenanceDone("l1", 300.0, "op", 39_600.0)),
    live(46_800.0, "c1"),
    live(47_400.0, "c1"),
)


def past(facts: tuple[Timed, ...] = FACTS, ground: Ground = GROUND) -> Past:
    """Return what facts amount to."""
    made = Past(ground)
    for seq, (at_s, fact) in enumerate(facts, start=1):
        made.take(seq, at_s, fact)
    return made


def period(length: Length = Length.DAY, of: str = "2026-11-01") -> Period:
    return period_of(length, of, BEGAN)
