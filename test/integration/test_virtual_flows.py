"""Each exception of the Busan services by its name: what people do, the outcome that it comes to, where the item is."""

from __future__ import annotations

from functools import cache

import pytest

from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import BUSAN, virtual_fleet

PARCEL = {"from": "hub/shelf_1", "to": "care_home/r201", "mass_kg": 2.0}
MEAL = {"from": "care_home/kitchen_1", "mass_kg": 1.0}
# name: (service, parameters, state, result or reason, where the item is: a place's kind, a person)
CASES: dict[str, tuple[str, dict[str, object], str, str, str]] = {
    "parcel_taken": ("parcel_delivery", PARCEL, "completed", "handed_over", "person"),
    "parcel_recipient_late": ("parcel_delivery", PARCEL | {"truth": "late"}, "completed", "handed_over", "person"),
    "parcel_recipient_absent": ("parcel_delivery", PARCEL | {"truth": "absent"}, "completed", "in_locker", "locker"),
    "parcel_wrong_code": ("parcel_delivery", PARCEL | {"truth": "wrong_code"}, "completed", "in_locker", "locker"),
    "parcel_refused": ("parcel_delivery", PARCEL | {"truth": "refuses"}, "completed", "returned", "shelf"),
    "meal_taken": ("meal_delivery", MEAL | {"to": "care_home/r202"}, "completed", "handed_over", "person"),
    "meal_absent_staff_come": (
        "meal_delivery",
        MEAL | {"to": "care_home/r203", "truth": "absent"},
        "completed",
        "left_with_staff",
        "person",
    ),
    "meal_nobody_comes": (
        "meal_delivery",
        MEAL | {"to": "care_home/r204", "truth": "nobody"},
        "completed",
        "returned",
        "kitchen",
    ),
    "meal_refused": (
        "meal_delivery",
        MEAL | {"to": "care_home/r205", "truth": "refuses"},
        "completed",
        "refused",
        "kitchen",
    ),
    "visit_refused": ("care_visit", {"place": "senior_apt/f301", "truth": "refuses"}, "completed", "refused", ""),
    "visit_not_at_home": (
        "care_visit",
        {"place": "senior_apt/f302", "truth": "absent"},
        "completed",
        "not_at_home",
        "",
    ),
    "visit_silent": ("care_visit", {"place": "senior_apt/f303", "truth": "silent"}, "failed", "no_answer", ""),
}


@cache
def day() -> VirtualFleet:
    """One morning on which all of it happens."""
    rows = []
    for number, (name, (service, params, *_)) in enumerate(CASES.items()):
        own = {} if service == "care_visit" else {"item": f"item_{name}"}
        rows.append(RequestRow(name, 27_000.0 + 20.0 * number, service, {**params, **own}))
    fleet = virtual_fleet(BUSAN, rows, improving=False)
    fleet.run(Stop(duration_s=4 * 3600.0))
    return fleet


@pytest.mark.parametrize("name", CASES)
def test_each_exception_comes_to_its_outcome_and_its_item_where_it_belongs(name: str) -> None:
    _, _, state, told, where = CASES[name]
    fleet = day()
    task = fleet.host.fleet.state.tasks[name]
    assert (task.state.value, task.result if state == "completed" else task.reason) == (state, told)
    if where:
        item = fleet.world.custody.items[f"item_{name}"]
        kind = fleet.world.site.places[item.holder].kind if item.holder_kind == "place" else item.holder_kind
        assert kind == where
        holder = fleet.host.fleet.state.items[item.id].holder
        assert holder.startswith("person:") if kind == "person" else holder == f"place:{item.holder}"


def test_a_jammed_lock_waits_for_a_person_with_the_parcel_on_board() -> None:
    rows = [RequestRow("jam", 27_000.0, "parcel_delivery", PARCEL | {"item": "stuck", "truth": "jammed"})]
    fleet = virtual_fleet(BUSAN, rows, improving=False)
    for _ in range(1500):
        fleet.second()
        task = fleet.host.fleet.state.tasks.get("jam")
        if task is not None and task.asks:
            break
    assert task is not None and task.asks and task.hands_over and task.reason == "act_jam"
    assert fleet.world.custody.items["stuck"].holder_kind == "robot"
