from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec, Site
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.factories import make_parking_kind, make_place, make_site
from test.unit.sim.test_callers import Row, arrival, deck, parcel

STEPS = 3000


def busy_site() -> Site:
    """A cluttered row of places with six robots that are in each other's way."""
    places = [make_place(f"p{k}", 3.0 * k, 1.5 * (k % 2), "shelf", holds_items=20) for k in range(8)]
    places += [make_place(f"c{k}", 6.0 * k, -4.0, "charger") for k in range(3)]
    places.append(make_place("in", 0.0, 12.0, "bay_in", holds_items=1, length_m=5.2, width_m=2.3))
    kinds = [*make_site().kinds.values(), make_parking_kind()]
    robots = {f"log_{k}": f"p{k}" for k in range(5)} | {"park_1": "in/parking"}
    items = [ItemSpec(f"i{k}", "parcel", f"p{k}", 3.0, 0.3, 0.2) for k in range(8)]
    return make_site(places, robots, kinds, items, list(deck().services.values()), lanes=[])


def rows() -> list[Row]:
    parcels = [
        Row(f"r{k}", 20.0 * k, "delivery", {"from": f"p{k % 8}", "to": "p1", "item": f"q{k}", "mass_kg": 1.0})
        for k in range(10)
    ]
    return [*parcels, arrival("r90", 5.0, "car1"), arrival("r91", 6.0, "car2")]


def fresh(seed: int = 5) -> SimWorld:
    world = SimWorld(busy_site(), None, People(), seed, 0.0)
    Callers(world, rows())
    return world


def play(world: SimWorld, steps: int) -> None:
    """Let steps pass while commands come that depend on nothing but the step's number and the world."""
    for _ in range(steps):
        world.advance()
        if world.tick % 10 == 0:
            for call in world.callers.due(world.now_s):
                if world.tick % 30 == 0:
                    world.callers.confirm(call.request_id, call.request_id != "r3")
        if world.tick % 7 == 0:
            _command(world, random.Random(world.tick))


def _command(world: SimWorld, rng: random.Random) -> None:
    robot = world.robots[rng.choice(list(world.robots))]
    places = list(world.site.places.values())
    wish = rng.random()
    at = next((place for place in places if place.pose.distance_m(robot.pose) < 0.3), None)
    if wish < 0.1:
        world.cancel(robot.id)
    elif robot.mode is Mode.DOCKED:
        world.undock(robot.id)
    elif at is not None and at.kind == "charger":
        world.dock(robot.id, at.id)
    elif at is not None and robot.load and wish < 0.6:
        params = {"item": robot.load[0], "to": "person" if wish < 0.3 else "place"}
        world.acts.start(robot, f"g{world.tick}", "give", at.id, params)
    elif at is not None and world.custody.at_place(at.id) and wish < 0.7:
        params = {"item": world.custody.at_place(at.id)[-1]}
        world.acts.start(robot, f"t{world.tick}", "take", at.id, params)
    else:
        poses = [rng.choice(places).pose for _ in range(2)]
        world.drive(robot.id, poses, rng.choice([0.0, 0.4]), rng.random() < 0.5)


def test_a_run_resumed_from_json_goes_on_as_if_never_broken_off(tmp_path: Path) -> None:
    straight, broken = tmp_path / "straight.csv", tmp_path / "broken.csv"
    world = fresh()
    world.open_trace(straight)
    play(world, STEPS)
    whole = world.snapshot()
    world.close_trace()
    assert {act.event.partition(":")[0] for act in world.physical_acts} >= {"take", "give", "dock", "undock"}
    assert any(robot.loaded_m > 0.0 for robot in world.robots.values())

    world = fresh()
    world.open_trace(broken)
    rng = random.Random(3)
    done = 0
    while done < STEPS:
        steps = min(rng.randrange(1, 400), STEPS - done)
        play(world, steps)
        done += steps
        state = json.loads(json.dumps(world.snapshot(), allow_nan=False))
        play(world, 25)  # what a killed simulator still did after its checkpoint
        world.close_trace()
        world = fresh()
        world.restore(state)
        world.open_trace(broken, state["trace_bytes"])
    assert world.snapshot() == whole
    world.close_trace()
    assert broken.read_bytes() == straight.read_bytes()


def test_a_restored_world_tells_everybody_to_look_again() -> None:
    world = fresh()
    world.drive("log_0", [world.site.places["p5"].pose])
    world.advance(3.0)
    state = world.snapshot()
    again = fresh()
    again.restore(state)
    assert again.take_changes() == list(again.robots)
    goal = again.robots["log_0"].goal
    assert goal is not None
    assert goal.state is GoalState.RUNNING


def test_a_file_holds_the_last_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    assert checkpoint.load(path) is None
    world = fresh()
    checkpoint.save(world, path)
    play(world, 50)
    checkpoint.save(world, path)
    assert checkpoint.load(path) == json.loads(json.dumps(world.snapshot()))
    assert [file.name for file in tmp_path.iterdir()] == ["world.json"]


def test_a_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    world = fresh()
    state = world.snapshot()
    with pytest.raises(RuntimeFailure) as caught:
        world.restore(state | {"version": 99})
    assert caught.value.code == "sim_checkpoint_version"
    with pytest.raises(RuntimeFailure) as caught:
        world.restore(state | {"site": "atlantis"})
    assert caught.value.code == "sim_checkpoint_site"
    (tmp_path / "world.json").write_text('{"version": 1, "ro', encoding="utf-8")
    with pytest.raises(RuntimeFailure) as caught:
        checkpoint.load(tmp_path / "world.json")
    assert caught.value.code == "sim_checkpoint_malformed"


def test_open_requests_are_sent_again_after_a_restart() -> None:
    world = SimWorld(make_site(), None, People(), 1, 0.0)
    callers = Callers(world, [parcel("r1", 0.0), parcel("r2", 1.0, "p2")])
    callers.due(1.0)
    callers.confirm("r1", True)
    state = world.snapshot()
    again = SimWorld(make_site(), None, People(), 1, 0.0)
    revived = Callers(again, [parcel("r1", 0.0), parcel("r2", 1.0, "p2")])
    again.restore(state)
    assert [call.request_id for call in revived.due(2.0)] == ["r2"]
    assert again.custody.at_place("a") == ("p1", "p2")
