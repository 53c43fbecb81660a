"""A service that the code has never seen works by YAML alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.runs.virtual import Stop
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.load import load_site
from test.integration.virtual_runs import BUSAN, copied, virtual_fleet
from test.trace_truth import read_trace

LUGGAGE = """\
schema_version: 1
id: luggage_carry
name: {ko: 짐 나르기, en: Luggage carrying}
robot_kinds: [logistics]
params:
- {name: from, type: place, place_kinds: [gate, room]}
- {name: to, type: place, place_kinds: [gate, room]}
- {name: luggage, type: item}
- {name: mass_kg, type: number, minimum: 0.5, maximum: 30.0}
- {name: wanted_at, type: time}
stops:
- id: collect
  where: param:from
  acts:
  - {id: greet, act: announce, expected_s: 20.0, repeatable: true}
  - {id: load, act: take, item: luggage, expected_s: 15.0}
- id: bring
  where: param:to
  acts:
  - {id: hand_over, act: give, item: luggage, to: person, expected_s: 30.0}
due: {base: "param:wanted_at", after_s: 0.0, instant: bring.hand_over}
priority: 20
drop_penalty: 100000.0
result: carried
"""


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(BUSAN, tmp_path_factory.mktemp("city") / "busan")
    (folder / "services" / "luggage_carry.yaml").write_text(LUGGAGE, encoding="utf-8")
    return folder


def request(folder: Path, **changes: object) -> RequestRow:
    """Somebody wants a suitcase brought from a gate to a room at 07:30, by 08:20."""
    places = load_site(folder).places.values()
    params: dict[str, object] = {
        "from": next(place.id for place in places if place.kind == "gate"),
        "to": next(place.id for place in places if place.kind == "room"),
        "luggage": "suitcase_1",
        "mass_kg": 23.5,
        "wanted_at": "08:20:00",
    }
    return RequestRow("bag1", 27_000.0, "luggage_carry", params | changes)


def test_luggage_is_carried_by_a_service_in_yaml_alone(site_folder: Path, tmp_path: Path) -> None:
    row = request(site_folder)
    fleet = virtual_fleet(site_folder, [row])
    fleet.world.open_trace(tmp_path / "trace.csv")
    fleet.run(Stop())
    fleet.world.close_trace()
    task = fleet.host.fleet.state.tasks["bag1"]
    assert (task.state, task.result, task.lateness_s) == (TaskState.COMPLETED, "carried", 0.0)
    assert task.request.due_s == 8 * 3600.0 + 20 * 60.0
    item = fleet.host.fleet.state.items["suitcase_1"]
    assert (item.mass_kg, item.holder) == (23.5, "person:bag1")
    trace = read_trace(tmp_path / "trace.csv")
    assert [deed.event for deed in trace.deeds if deed.kind in ("take", "give", "act")] == [
        "act:announce",
        "take:suitcase_1",
        "give:suitcase_1:person",
    ]
    assert trace.mass_kg[:, trace.column(task.robot)].max() == pytest.approx(50.0 + 23.5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mass_kg": 31.0}, "request_number_too_large"),
        ({"mass_kg": -1.0}, "request_number_too_small"),
        ({"wanted_at": "07:00:00"}, "request_due_in_past"),
        ({"wanted_at": "soon"}, "request_time_malformed"),
        ({"to": "nowhere"}, "request_unknown_place"),
        ({"colour": "red"}, "request_unknown_param"),
    ],
)
def test_its_parameters_are_checked_like_those_of_any_other(
    site_folder: Path, change: dict[str, object], code: str
) -> None:
    fleet = virtual_fleet(site_folder, [request(site_folder, **change)])
    fleet.second()
    assert fleet.callers.answers["bag1"].code == code
    assert not fleet.host.fleet.state.tasks
