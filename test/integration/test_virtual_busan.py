"""The first forty requests of Busan on the virtual clock, judged by what is on disk afterwards.

What happened is recomputed from the trace, by code that knows nothing of the fleet (`test.trace_truth`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.core.facts import ItemMoved, OrderProgressed, OrderSent, TaskCompleted
from robot_fleet.core.fleet import apply, initial_state
from robot_fleet.core.order import StepState
from test.integration.virtual_runs import BUSAN, ROOT, Played, demand, play
from test.trace_truth import (
    Trace,
    contacts,
    custody,
    distance_m,
    energy_wh,
    fastest_mps,
    loaded_m,
    nearest,
    read_trace,
)

pytestmark = pytest.mark.xdist_group("busan40")
REQUESTS = 40
SCHEMAS = ROOT / "docs" / "reference" / "schemas"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(BUSAN, tmp_path_factory.mktemp("busan40"), "test-busan40", REQUESTS)


@pytest.fixture(scope="module")
def trace(played: Played) -> Trace:
    return read_trace(played.trace_file)


@pytest.fixture(scope="module")
def places(played: Played) -> dict[str, tuple[float, float]]:
    return {place.id: (place.pose.x_m, place.pose.y_m) for place in played.site.places.values()}


def test_nearly_all_requests_are_done_and_on_time(played: Played) -> None:
    assert len(played.summary["requests"]) == REQUESTS
    assert len(played.done) >= 38
    assert len(played.on_time) >= 0.9 * REQUESTS
    for entry in played.summary["requests"]:
        assert entry["outcome"] == "done" or entry["reason"]


def test_the_summary_keeps_to_its_schema(played: Played) -> None:
    schema = json.loads((SCHEMAS / "summary.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(played.summary)
    assert [entry["id"] for entry in played.summary["requests"]] == [row.request_id for row in demand(BUSAN, REQUESTS)]


def test_a_robot_is_on_site_within_three_minutes_of_each_alarm(played: Played) -> None:
    alarms = played.summary["alarms"]
    assert len(alarms) == 2
    for alarm in alarms:
        assert alarm["shown_s"] <= 2.0
        assert alarm["robot_on_site_s"] <= 180.0
        assert alarm["verdict"] in ("false_alarm", "help_needed", "ambulance_needed")


def test_all_kinds_are_used_and_some_robot_charges(played: Played) -> None:
    robots = played.summary["robots"]
    assert {robot["kind"] for robot in robots if robot["tasks"]} == {"care", "parking", "logistics"}
    assert sum(robot["tasks"] for robot in robots) == len(played.done)
    assert any(robot["charges"] and robot["charging_s"] > 0.0 for robot in robots)


def test_robots_that_begin_nearly_empty_are_charged(played: Played, trace: Trace) -> None:
    for robot in ("care_2", "logistics_2"):
        soc_pct = trace.soc_pct[:, trace.column(robot)]
        assert soc_pct[0] <= 25.0
        assert soc_pct[-1] > soc_pct[0] + 10.0


def test_no_two_robots_ever_touch(played: Played, trace: Trace) -> None:
    assert contacts(trace) == []
    assert played.summary["contacts"] == []


def test_robots_keep_to_what_their_kind_can_do(played: Played, trace: Trace) -> None:
    fastest = fastest_mps(trace)
    for robot, kind in ((robot["id"], played.site.kinds[robot["kind"]]) for robot in played.summary["robots"]):
        assert fastest[robot] <= kind.speed_mps * 1.01
        i = trace.column(robot)
        for (since_s, load), (until_s, _) in zip(
            trace.loads[robot], [*trace.loads[robot][1:], (float("inf"), ())], strict=True
        ):
            rows = (trace.t_s >= since_s) & (trace.t_s < until_s)
            masses = trace.mass_kg[rows, i]
            assert masses.max() - kind.mass_kg <= kind.payload_kg + 1e-6
            assert bool(load) == (masses.min() > kind.mass_kg)
            if load and kind.id == "parking":
                assert trace.length_m[rows, i].min() >= 3.0, "a pair under a car is as long as the car"


def test_distance_and_energy_agree_with_the_trace(played: Played, trace: Trace) -> None:
    robots = played.summary["robots"]
    driven, laden = distance_m(trace), loaded_m(trace)
    drawn = energy_wh(trace, {robot["id"]: robot["capacity_wh"] for robot in robots})
    for robot in robots:
        assert driven[robot["id"]] == pytest.approx(robot["distance_m"], rel=0.01, abs=0.1)
        assert laden[robot["id"]] == pytest.approx(robot["loaded_m"], rel=0.01, abs=0.5)
        assert drawn[robot["id"]] == pytest.approx(robot["energy_wh"], rel=0.01, abs=0.01)


def test_the_times_of_a_robot_add_up(played: Played) -> None:
    for robot in played.summary["robots"]:
        uses = ("working_s", "driving_empty_s", "waiting_s", "charging_s", "fault_s", "idle_s")
        assert sum(robot[use] for use in uses) == pytest.approx(played.summary["fleet_time_s"], abs=2.0)


def test_each_physical_act_happens_once_and_is_known_to_the_fleet(played: Played, trace: Trace) -> None:
    tails = {fact.order: fact for _, fact in played.facts if isinstance(fact, OrderSent)}
    steps = {step.id: step for order in tails.values() for step in order.tail}
    lifted = {f"{order.order}.0" for order in tails.values() if order.undock}
    known: Counter[str] = Counter()
    acts: list[str] = []
    for _, fact in played.facts:
        if not isinstance(fact, OrderProgressed):
            continue
        for result in fact.results:
            step = steps.get(result.step)
            if result.state is not StepState.DONE:
                continue
            if step is not None and step.kind == "act":
                item = step.params["item"]
                known[f"{step.act}:{item}" if step.act in ("take", "give") else f"act:{step.act}"] += 1
                acts.append(step.act_id)
            elif step is not None:
                known[f"dock:{step.place}"] += 1
            elif result.step in lifted:
                known["undock"] += 1
    happened = Counter(re.sub(r"^(give:[^:]+):.*", r"\1", deed.event) for deed in trace.deeds)
    assert happened == known
    assert len(acts) == len(set(acts))
    assert all(count == 1 for event, count in happened.items() if event.startswith("take:"))


def test_custody_recomputed_from_the_acts_is_the_fleets(
    played: Played, trace: Trace, places: dict[str, tuple[float, float]]
) -> None:
    truth = custody(trace.deeds, places, {item.id: item.at for item in played.site.items.values()})
    assert truth.broken == ()
    state = initial_state(played.site)
    for _, fact in played.facts:
        apply(state, fact)  # type: ignore[arg-type]
    for item, record in state.items.items():
        held = truth.holders.get(item)
        if record.holder.startswith("person:"):
            # handed over; or a car that its driver has taken out of the exit bay, which is no robot's act
            assert held is None or held == "person" or played.site.places[held.removeprefix("place:")].kind == "bay_out"
        elif held is not None:
            assert record.holder == held
    told = Counter(fact.item for _, fact in played.facts if isinstance(fact, ItemMoved))
    driven_away = Counter(
        fact.item for _, fact in played.facts if isinstance(fact, ItemMoved) and fact.holder.startswith("person:driver")
    )
    assert told - driven_away == Counter(truth.moves)


def test_every_delivery_took_place_where_it_was_asked_for(
    played: Played, trace: Trace, places: dict[str, tuple[float, float]]
) -> None:
    requests = {fact.task: fact for _, fact in played.facts if type(fact).__name__ == "TaskRequested"}
    completed = {fact.task for _, fact in played.facts if isinstance(fact, TaskCompleted)}
    gives = {deed.subject: deed for deed in trace.deeds if deed.kind == "give"}
    deliveries = [task for task in completed if requests[task].service in ("meal_delivery", "parcel_delivery")]
    assert deliveries
    for task in deliveries:
        params = requests[task].params
        deed = gives[str(params["item"])]
        assert nearest(places, deed.x_m, deed.y_m) == params["to"]


def test_the_plans_are_checked(played: Played) -> None:
    plans = played.summary["plans"]
    assert plans["violations"] == 0
    assert plans["checked"] >= plans["committed"] > 0
    assert sum(plans["by"].values()) == plans["committed"]


def test_the_files_hold_nothing_hidden(played: Played) -> None:
    assert '"truth"' not in played.summary_file.read_text(encoding="utf-8")
    assert not any("truth" in fact.params for _, fact in played.facts if type(fact).__name__ == "TaskRequested")


def test_nothing_of_the_run_stands_in_the_sites_folder(played: Played) -> None:
    assert not [path for path in Path(BUSAN).iterdir() if path.suffix in (".db", ".json")]
