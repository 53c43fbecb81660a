"""Whatever facts come, the states of a robot part its time: no second is counted twice, and none is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.facts import (
    EmergencyStopped,
    Fact,
    HoldSet,
    ItemMoved,
    MaintenanceBegan,
    MaintenanceDone,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    RobotFaulted,
    RobotLinkChanged,
    StepsReleased,
)
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Step, StepKind, StepResult, StepState
from robot_fleet.reports.calendar import Length, period_of
from robot_fleet.reports.folds.measured import MeasuredHour
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.periodic.periodic import period_report

GROUND = Ground("any", robots={"r1": "care", "r2": "care"})
TAIL = tuple(Step(f"s{number}", each, Pose(0.0, 0.0, 0.0)) for number, each in enumerate((StepKind.ACT, StepKind.DOCK)))

robots = st.sampled_from(["r1", "r2", "r3"])
orders = st.sampled_from(["o1", "o2"])
ago_s = st.floats(-100.0, 20_000.0)


def facts(at_s: float) -> st.SearchStrategy[Fact]:
    """Facts of an instant, in no order that a fleet would keep."""
    results = ago_s.map(lambda back_s: StepResult("s", StepState.DONE, at_s=at_s - back_s))
    return st.one_of(
        st.builds(
            OrderSent, robots, orders, st.integers(0, 2), st.just("home"), st.just(""), st.just(-1),
            st.sampled_from(["a/x", "b/y", "z"]), st.booleans(), st.sampled_from([(), ("l1",), ("l1", "l2")]),
            st.sampled_from([(), TAIL]), st.just(at_s),
        ),
        st.builds(StepsReleased, robots, orders, st.integers(0, 6), st.just(at_s)),
        st.builds(OrderProgressed, robots, orders, st.lists(results, max_size=3).map(tuple), st.just(at_s)),
        st.builds(OrderEnded, robots, orders, st.just("finished"), st.just(""), st.just(at_s)),
        st.builds(RobotLinkChanged, robots, st.sampled_from(["live", "stale", "offline"]), st.just(at_s)),
        st.builds(RobotFaulted, robots, st.just("code"), st.floats(0.0, 5000.0).map(at_s.__add__), st.just(at_s)),
        st.builds(EmergencyStopped, robots, st.integers(1, 9), st.just(at_s)),
        st.builds(HoldSet, st.booleans(), st.sampled_from(["", "r1", "r2"]), st.just(""), st.just("op")),
        st.builds(MaintenanceBegan, robots, st.just(""), st.just("op"), st.just(at_s)),
        st.builds(MaintenanceDone, robots, st.just(0.0), st.just("op"), st.just(at_s)),
        st.builds(ItemMoved, st.just("i1"), st.sampled_from(["robot:r1", "robot:r2", "place:a/x"]), st.just(at_s)),
    )  # fmt: skip


gaps_s = st.one_of(st.floats(0.0, 900.0), st.floats(3000.0, 20_000.0))


@st.composite
def ledgers(draw: st.DrawFn) -> list[tuple[float, Fact]]:
    """Return facts at times that only rise, with silences in between."""
    at_s, found = draw(st.floats(0.0, 60_000.0)), []
    for gap_s in draw(st.lists(gaps_s, max_size=30)):
        at_s += gap_s
        found.append((at_s, draw(facts(at_s))))
    return found


heard_hours = st.dictionaries(
    st.tuples(st.integers(0, 24), robots), st.floats(0.0, 3600.0).map(MeasuredHour), max_size=40
)


@given(ledger=ledgers(), heard=heard_hours)
def test_states_part_time(ledger: list[tuple[float, Fact]], heard: dict[tuple[int, str], MeasuredHour]) -> None:
    past = Past(GROUND)
    for seq, (at_s, fact) in enumerate(ledger, start=1):
        past.take(seq, at_s, fact)
    whole_s = 86_400.0 * len({"r1", "r2", *past.states.robots})
    made = period_report(past, GROUND, heard, period_of(Length.DAY, "1", None))
    for table in made.tables:
        if table.id.startswith("utilisation_by_"):
            states = [name for name in table.figures if name.endswith("_s") and name != "robot_s"]
            spent_s = [row.values[name] or 0.0 for row in table.rows for name in states]
            assert min(spent_s) >= 0.0
            assert abs(sum(spent_s) - whole_s) < 1.0, table.id
