"""What the manager makes of the supervisor's word, and what tells one run from the next."""

from __future__ import annotations

import threading
from pathlib import Path

from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import ConditionsSeen
from robot_fleet.runtime.processes.run_id import run_id
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.runtime.processes.supervision import Supervision


def test_processes_that_are_down_are_conditions_since_they_were_seen(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    supervision = Supervision(file)
    assert supervision.look(1.0) is None, "nobody supervises"

    def told(**down: bool) -> None:
        write_json(file, {"processes": [{"name": name, "down": is_down} for name, is_down in down.items()]})

    def seen(*since_s: tuple[str, float]) -> ConditionsSeen:
        return ConditionsSeen(
            "supervisor", tuple(Condition("process_down", name, Level.ERROR, at_s) for name, at_s in since_s)
        )

    told(gateway=False, sim_world=False)
    assert supervision.look(2.0) == seen()
    told(gateway=True, sim_world=False)
    assert supervision.look(3.0) == seen(("gateway", 3.0))
    told(gateway=True, sim_world=True)
    assert supervision.look(4.0) == seen(("gateway", 3.0), ("sim_world", 4.0))
    told(gateway=False, sim_world=True)
    assert supervision.look(5.0) == seen(("sim_world", 4.0))
    told(gateway=True, sim_world=False)
    assert supervision.look(6.0) == seen(("gateway", 6.0))


def test_whoever_asks_first_all_get_the_same_id_until_the_run_is_cleared(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(run_id(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run_id"]
    (tmp_path / "run_id").unlink()
    assert run_id(tmp_path) != found[0]
