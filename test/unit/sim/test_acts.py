from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec
from robot_fleet.sim.link import SimActuator, SimNavigator
from robot_fleet.sim.people import People, parse_people
from robot_fleet.sim.world import SimWorld
from test.factories import corridor_places, make_kind, make_parking_kind, make_place, make_site
from test.unit.sim.conftest import MakeWorld, run_act, run_goal

PARCEL = ItemSpec("p1", "parcel", "a", 5.0, 0.3, 0.2)


def events(world: SimWorld) -> list[str]:
    return [act.event for act in world.physical_acts]


def test_take_and_give_move_custody_and_mass(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[PARCEL]))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    assert world.custody.at_place("a") == ("p1",)
    assert run_act(world, "k1") is GoalState.SUCCEEDED
    assert world.custody.at_place("a") == ()
    assert world.robots["log_1"].load == ("p1",)
    assert world.robots["log_1"].mass_kg == 55.0
    world.drive("log_1", [Pose(10.0, 0.0)])
    run_goal(world)
    actuator.start("k2", "give", "b", {"item": "p1", "to": "place"})
    run_act(world, "k2")
    assert world.custody.at_place("b") == ("p1",)
    assert world.robots["log_1"].load == ()
    assert world.robots["log_1"].mass_kg == 50.0
    assert events(world) == ["take:p1", "give:p1:b"]


def test_give_to_a_person_takes_the_item_out_of_every_place(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[PARCEL]))
    for act_id, act in (("k1", "take"), ("k2", "give")):
        SimActuator(world, "log_1").start(act_id, act, "a", {"item": "p1", "to": "person"})
        run_act(world, act_id)
    assert events(world) == ["take:p1", "give:p1:person"]
    assert world.custody.items["p1"].holder_kind == "person"


def test_a_car_gives_its_size_mass_and_slowness(make_world: MakeWorld) -> None:
    slot = make_place("slot", 0.0, kind="slot", holds_items=1, length_m=5.2, width_m=2.3, max_kg=3000.0)
    car = ItemSpec("car", "car", "slot", 1800.0, 4.6, 1.1)
    world = make_world(make_site([slot], {"park_1": "slot"}, [make_parking_kind()], [car]))
    SimActuator(world, "park_1").start("k1", "take", "slot", {"item": "car"})
    run_act(world, "k1")
    robot = world.robots["park_1"]
    assert robot.footprint == Footprint(4.6, 1.2)
    assert robot.mass_kg == 2200.0
    assert robot.cap_mps == 0.6


@pytest.mark.parametrize(
    ("act", "place", "item", "code"),
    [
        ("take", "b", "p1", "act_not_at_place"),
        ("take", "nowhere", "p1", "act_unknown_place"),
        ("take", "a", "elsewhere", "act_item_absent"),
        ("give", "a", "p1", "act_item_not_on_board"),
        ("give", "a", "ghost", "act_unknown_item"),
    ],
)
def test_an_impossible_act_fails_with_its_code(
    make_world: MakeWorld, act: str, place: str, item: str, code: str
) -> None:
    items = [PARCEL, ItemSpec("elsewhere", "parcel", "b", 1.0), ItemSpec("heavy", "parcel", "a", 31.0)]
    world = make_world(make_site(items=items))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", act, place, {"item": item})
    status = actuator.status("k1")
    assert status is not None
    assert (status.state, status.code) == (GoalState.FAILED, code)
    world.advance(30.0)
    assert events(world) == []
    assert world.custody.at_place("a") == ("p1", "heavy")


def test_that_something_is_too_heavy_is_found_when_it_is_lifted(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[ItemSpec("heavy", "parcel", "a", 31.0)]))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "heavy"})
    status = actuator.status("k1")
    assert status is not None and status.state is GoalState.RUNNING
    world.advance(30.0)
    status = actuator.status("k1")
    assert status is not None and (status.state, status.code) == (GoalState.FAILED, "act_too_heavy")
    assert world.custody.at_place("a") == ("heavy",)


def test_a_place_takes_what_it_has_room_for(make_world: MakeWorld) -> None:
    small = make_place("a", 0.0, kind="locker", holds_items=1, max_kg=3.0)
    world = make_world(make_site([small], items=[PARCEL], lanes=[]))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    run_act(world, "k1")
    actuator.start("k2", "give", "a", {"item": "p1", "to": "place"})
    assert world.acts.by_id["k2"].code == "act_does_not_fit"


def test_a_moving_or_busy_robot_starts_no_act_and_an_acting_one_does_not_drive(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[PARCEL]))
    actuator = SimActuator(world, "log_1")
    world.drive("log_1", [Pose(0.3, 0.0)])
    actuator.start("k0", "inspect", "a", {})
    assert world.acts.by_id["k0"].code == "act_robot_moving"
    run_goal(world)
    actuator.start("k1", "inspect", "a", {})
    actuator.start("k2", "take", "a", {"item": "p1"})
    assert world.acts.by_id["k2"].code == "act_busy"
    world.drive("log_1", [Pose(5.0, 0.0)])
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert goal.code == "105"
    assert run_act(world, "k1") is GoalState.SUCCEEDED


def test_durations_and_results_depend_on_the_act_not_on_the_order() -> None:
    people = parse_people(
        {"acts": {"inspect": {"mean_s": 20.0, "spread_s": 5.0, "results": {"clear": 0.5, "anomaly": 0.5}}}}
    )

    def played(order: list[str]) -> dict[str, tuple[float, object]]:
        world = SimWorld(make_site(), None, people, 7, 0.0)
        ends = {}
        for act_id in order:
            began_s = world.now_s
            SimActuator(world, "log_1").start(act_id, "inspect", "a", {})
            run_act(world, act_id)
            ends[act_id] = (round(world.now_s - began_s, 1), world.acts.by_id[act_id].result["result"])
        return ends

    ids = [f"t{k}" for k in range(12)]
    forth, back = played(ids), played(ids[::-1])
    assert forth == back
    assert {result for _, result in forth.values()} == {"clear", "anomaly"}
    assert len({duration for duration, _ in forth.values()}) > 5


def test_a_failing_result_leaves_custody_where_it_is() -> None:
    people = parse_people({"acts": {"give": {"mean_s": 5.0, "results": {"absent": 1.0}, "failing": ["absent"]}}})
    world = SimWorld(make_site(items=[PARCEL]), None, people, 1, 0.0)
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    run_act(world, "k1")
    actuator.start("k2", "give", "a", {"item": "p1", "to": "person"})
    assert run_act(world, "k2") is GoalState.FAILED
    assert world.acts.by_id["k2"].code == "act_absent"
    assert world.robots["log_1"].load == ("p1",)
    assert events(world) == ["take:p1"]


def test_a_cancelled_act_has_no_effect_and_can_be_started_anew(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[PARCEL]))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    actuator.cancel("k1")
    world.advance(60.0)
    assert world.acts.by_id["k1"].state is GoalState.CANCELLED
    assert world.custody.at_place("a") == ("p1",)
    actuator.start("k1", "take", "a", {"item": "p1"})
    assert run_act(world, "k1") is GoalState.SUCCEEDED
    assert events(world) == ["take:p1"]


def test_a_take_completes_once_it_is_past_its_safe_point(make_world: MakeWorld) -> None:
    people = parse_people({"acts": {"take": {"mean_s": 10.0, "spread_s": 0.0}}})
    world = make_world(make_site(items=[PARCEL]), people)
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    world.advance(8.5)
    actuator.cancel("k1")
    assert run_act(world, "k1") is GoalState.SUCCEEDED
    assert world.now_s == 10.0


def test_an_item_from_outside_the_demand_is_brought_but_no_car(make_world: MakeWorld) -> None:
    slot = make_place("slot", 0.0, 0.3, kind="slot", holds_items=1)
    world = make_world(make_site([*corridor_places(), slot]))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "slot", {"item": "strange_car"})
    assert world.acts.by_id["k1"].code == "act_unknown_item"
    actuator.start("k2", "take", "a", {"item": "suitcase", "mass_kg": 9.0})
    assert run_act(world, "k2") is GoalState.SUCCEEDED
    assert world.robots["log_1"].load_kg == 9.0


def test_before_anybody_can_see_a_physical_act_the_hook_has_seen_it(make_world: MakeWorld) -> None:
    world = make_world(make_site(items=[PARCEL], robots={"log_1": "a"}))
    seen: list[tuple[float, int]] = []
    world.before_confirm = lambda: seen.append((world.now_s, len(world.physical_acts)))
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    while actuator.status("k1").state is GoalState.RUNNING:
        assert seen == []
        world.advance()
    assert seen == [(world.now_s, 1)]


def test_an_act_of_a_robot_without_power_fails(make_world: MakeWorld) -> None:
    people = parse_people({"acts": {"inspect": {"mean_s": 1000.0}}})
    world = make_world(make_site(kinds=[make_kind(battery_wh=1.0)], soc_pct=10.0), people)
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "inspect", "a", {})
    assert run_act(world, "k1") is GoalState.FAILED
    assert world.acts.by_id["k1"].code == "act_no_power"
    actuator.start("k2", "inspect", "a", {})
    assert world.acts.by_id["k2"].code == "act_no_power"


def test_changes_are_told_once(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "a", "log_2": "b"}))
    assert world.take_changes() == []
    world.drive("log_2", [Pose(12.0, 0.0), Pose(14.0, 0.0)])
    assert world.take_changes() == ["log_2"]
    told = []
    for _ in range(100):
        world.advance()
        told += [(robot, SimNavigator(world, robot).status().poses_left) for robot in world.take_changes()]
    assert told == [("log_2", 1), ("log_2", 0)]


_act = st.tuples(
    st.sampled_from(["log_1", "log_2"]),
    st.sampled_from(["take", "give", "drive", "cancel", "repeat"]),
    st.sampled_from(["p1", "p2", "p3"]),
    st.sampled_from(["place", "person"]),
    st.integers(1, 200),
)


@settings(max_examples=60, deadline=None)
@given(plays=st.lists(_act, max_size=25))
def test_each_item_always_has_one_holder(plays: list[tuple[str, str, str, str, int]]) -> None:
    items = [ItemSpec(name, "parcel", at, 8.0) for name, at in (("p1", "a"), ("p2", "a"), ("p3", "b"))]
    world = SimWorld(make_site(robots={"log_1": "a", "log_2": "b"}, items=items), None, People(), 3, 0.0)
    last: dict[str, str] = {}
    for number, (robot, verb, item, to, steps) in enumerate(plays):
        actuator = SimActuator(world, robot)
        at = "a" if world.robots[robot].x_m < 5.0 else "b"
        if verb == "drive":
            world.drive(robot, [world.site.places["b" if at == "a" else "a"].pose])
        elif verb == "cancel":
            actuator.cancel(last.get(robot, ""))
        else:
            if verb != "repeat":
                last[robot] = f"k{number}"
            known = world.acts.by_id.get(last.get(robot, ""))
            act = known.act if known is not None and verb == "repeat" else verb
            if act in ("take", "give"):
                actuator.start(last[robot], act, at, {"item": item, "to": to})
        for _ in range(steps):
            world.advance()
            held = [i for p in world.site.places for i in world.custody.at_place(p)]
            held += [i for r in world.robots for i in world.custody.on_robot(r)]
            held += [i.id for i in world.custody.items.values() if i.holder_kind == "person"]
            assert sorted(held) == ["p1", "p2", "p3"]
    for name, robot in world.robots.items():
        assert robot.load == world.custody.on_robot(name)
        assert robot.load_kg == 8.0 * len(robot.load) <= robot.kind.payload_kg
    for item in ("p1", "p2", "p3"):
        passed = [act.event.partition(":")[0] for act in world.physical_acts if act.event.split(":")[1] == item]
        assert passed == (["take", "give"] * len(passed))[: len(passed)], "takes and gives alternate"
