from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from robot_fleet.core.errors import RuntimeFailure, SiteError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ActTemplate, Due, ItemSpec, ParamSpec, Service, Site, StopTemplate
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.link import SimActuator
from robot_fleet.sim.people import parse_people, read_people
from test.factories import delivery_service, make_parking_kind, make_place, make_site, text
from test.unit.sim.conftest import MakeWorld, run_act, run_goal

QUICK = parse_people(
    {
        "acts": {"take": {"mean_s": 5.0}, "give": {"mean_s": 5.0}},
        "drivers": {"drive_in": {"mean_s": 10.0}, "drive_off": {"mean_s": 30.0}},
    }
)


@dataclass(frozen=True)
class Row:
    request_id: str
    at_s: float
    service: str
    params: Mapping[str, object]


def parcel(request_id: str, at_s: float, item: str = "p1", **more: object) -> Row:
    return Row(request_id, at_s, "delivery", {"from": "a", "to": "b", "item": item, "mass_kg": 4.0, **more})


def test_requests_come_due_at_their_time_and_again_until_confirmed(make_world: MakeWorld) -> None:
    world = make_world()
    callers = Callers(world, [parcel("r2", 10.0, "p2"), parcel("r1", 5.0)])
    assert callers.first_s == 5.0
    assert callers.due(4.9) == []
    assert [call.request_id for call in callers.due(5.0)] == ["r1"]
    assert [call.request_id for call in callers.due(11.0)] == ["r1", "r2"]
    callers.confirm("r1", True)
    assert [call.request_id for call in callers.due(12.0)] == ["r2"]
    assert not callers.finished
    callers.confirm("r2", False, "too_heavy")
    callers.confirm("r2", True)
    assert callers.due(13.0) == []
    assert callers.finished
    assert callers.answers["r2"].code == "too_heavy"


def test_hidden_parameters_stay_with_the_people(make_world: MakeWorld) -> None:
    people = parse_people(
        {
            "acts": {
                "delivery.hand": {
                    "mean_s": 5.0,
                    "results": {"handed_over": 1.0},
                    "by_truth": {"grumpy": {"mean_s": 50.0, "results": {"complained": 1.0}}},
                }
            }
        }
    )
    world = make_world(people=people)
    callers = Callers(world, [parcel("r1", 0.0, truth="grumpy"), parcel("r2", 0.0, "p2")])
    assert all("truth" not in call.params for call in callers.due(0.0))
    actuator = SimActuator(world, "log_1")
    results = {}
    for request in ("r1", "r2"):
        params = {"service": "delivery", "act": "hand", "request": request}
        actuator.start(request, "scan", "a", params)
        run_act(world, request)
        results[request] = world.acts.by_id[request].result["result"]
    assert results == {"r1": "complained", "r2": "handed_over"}


def test_the_item_of_a_request_appears_with_it_and_goes_with_its_refusal(make_world: MakeWorld) -> None:
    world = make_world()
    callers = Callers(world, [parcel("r1", 5.0), parcel("r2", 5.0, "p2")])
    assert world.custody.at_place("a") == ()
    callers.due(5.0)
    callers.due(6.0)
    assert world.custody.at_place("a") == ("p1", "p2")
    assert world.custody.items["p1"].mass_kg == 4.0
    assert world.custody.take_place_changes() == ["a"]
    callers.confirm("r2", False, "no")
    assert world.custody.at_place("a") == ("p1",)


def test_two_requests_of_one_id_are_an_error(make_world: MakeWorld) -> None:
    with pytest.raises(RuntimeFailure) as caught:
        Callers(make_world(), [parcel("r1", 0.0), parcel("r1", 1.0)])
    assert caught.value.code == "sim_request_twice"


def deck() -> Site:
    """Two cars' worth of a parking deck: an entry bay, a slot, an exit bay, 10 m apart."""
    room = {"holds_items": 1, "length_m": 5.2, "width_m": 2.3, "max_kg": 3000.0}
    places = [
        make_place("in", 0.0, kind="bay_in", **room),
        make_place("slot", 10.0, kind="slot", **room),
        make_place("out", 20.0, kind="bay_out", **room),
    ]
    params = (ParamSpec("bay", "place"), ParamSpec("item", "item"))
    park = Service(
        "park_car",
        text("park"),
        ("parking",),
        params,
        (StopTemplate("pick", "param:bay", (ActTemplate("lift", "take", "item"),)),),
        Due("requested", 480.0, "pick.departed"),
    )
    items = [ItemSpec("old", "car", "slot", 1500.0, 4.5, 1.8)]
    return make_site(places, {"park_1": "slot"}, [make_parking_kind()], items, [park, delivery_service()])


def arrival(request_id: str, at_s: float, item: str) -> Row:
    size = {"mass_kg": 1600.0, "length_m": 4.6, "width_m": 1.9}
    return Row(request_id, at_s, "park_car", {"bay": "in", "item": item, **size})


def test_drivers_queue_for_an_entry_bay(make_world: MakeWorld) -> None:
    world = make_world(deck(), QUICK)
    callers = Callers(world, [arrival("r1", 0.0, "car1"), arrival("r2", 0.0, "car2")])
    callers.due(0.0)
    assert world.custody.at_place("in") == ("car1",)
    assert "car2" not in world.custody.items
    world.drive("park_1", [Pose(0.0, 0.0)], keep_yaw=True)
    run_goal(world, "park_1")
    SimActuator(world, "park_1").start("k1", "take", "in", {"item": "car1"})
    assert run_act(world, "k1") is GoalState.SUCCEEDED
    world.advance(30.0)
    assert world.custody.at_place("in") == (), "the loaded robot is still in the bay"
    world.drive("park_1", [Pose(10.0, 0.0)], keep_yaw=True)
    run_goal(world, "park_1")
    world.advance(20.0)
    assert world.custody.at_place("in") == ("car2",)
    assert world.custody.items["car2"].length_m == 4.6


def test_a_robot_waits_for_the_car_whose_driver_is_still_coming(make_world: MakeWorld) -> None:
    world = make_world(deck(), QUICK)
    callers = Callers(world, [arrival("r1", 0.0, "car1"), arrival("r2", 0.0, "car2")])
    callers.due(0.0)
    world.custody.move("car1", "person", "")
    world.drive("park_1", [Pose(0.0, 0.0)], keep_yaw=True)
    world.robots["park_1"].x_m = 0.0
    run_goal(world, "park_1")
    actuator = SimActuator(world, "park_1")
    actuator.start("k1", "take", "in", {"item": "car2"})
    assert actuator.status("k1").state is GoalState.RUNNING
    assert run_act(world, "k1") is GoalState.SUCCEEDED
    assert world.now_s == pytest.approx(11.0 + 5.0, abs=1.5)
    assert world.robots["park_1"].load == ("car2",)


def test_a_refused_driver_leaves_the_queue(make_world: MakeWorld) -> None:
    world = make_world(deck(), QUICK)
    callers = Callers(world, [arrival("r1", 0.0, "car1"), arrival("r2", 0.0, "car2")])
    callers.due(0.0)
    callers.confirm("r2", False, "deck_full")
    callers.confirm("r1", False, "deck_full")
    world.advance(60.0)
    assert world.custody.at_place("in") == ()
    assert "car2" not in world.custody.items


def test_a_car_in_an_exit_bay_is_driven_away_when_wanted_and_the_robot_is_clear(make_world: MakeWorld) -> None:
    world = make_world(deck(), QUICK)
    Callers(world, [Row("r1", 0.0, "fetch_car", {"item": "old", "ready_at": "00:05:00"})]).due(0.0)
    actuator = SimActuator(world, "park_1")
    actuator.start("k1", "take", "slot", {"item": "old"})
    run_act(world, "k1")
    world.drive("park_1", [Pose(20.0, 0.0)], keep_yaw=True)
    run_goal(world, "park_1")
    actuator.start("k2", "give", "out", {"item": "old", "to": "place"})
    run_act(world, "k2")
    world.advance(400.0 - world.now_s)
    assert world.custody.at_place("out") == ("old",), "the robot is still in the bay"
    world.drive("park_1", [Pose(10.0, 0.0)], keep_yaw=True)
    run_goal(world, "park_1")
    world.advance(2.0)
    assert world.custody.at_place("out") == ()
    assert world.custody.items["old"].holder_kind == "person"


def test_a_driver_comes_no_earlier_than_wanted(make_world: MakeWorld) -> None:
    world = make_world(deck(), QUICK)
    Callers(world, [Row("r1", 0.0, "fetch_car", {"item": "old", "ready_at": "00:05:00"})]).due(0.0)
    world.custody.move("old", "place", "out")
    world.drivers.item_placed("old", "out")
    world.advance(329.0)
    assert world.custody.at_place("out") == ("old",)
    world.advance(2.0)
    assert world.custody.at_place("out") == ()


def test_habits_of_a_malformed_file_name_the_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("site") / "people.yaml"
    assert read_people(path).habits.acts == {}
    path.write_text("schema_version: 1\nacts:\n  take: {mean_s: -3}\n", encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        read_people(path)
    assert caught.value.code == "site_people_malformed"
    assert "acts.take.mean_s" in caught.value.message
    path.write_text("acts: {take: [", encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        read_people(path)
    assert caught.value.code == "site_people_malformed"
