"""What a campaign comes to, as JSON: see `docs/reference/scenarios.md`."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import robot_fleet
from robot_fleet.runtime.scenarios.check import expectation_ids
from robot_fleet.runtime.scenarios.evidence import Evidence, Verdict
from robot_fleet.runtime.scenarios.expectations import FaultsStruck
from robot_fleet.runtime.scenarios.figures import figures
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.judges import judge
from robot_fleet.runtime.scenarios.statistics import rate
from robot_fleet.runtime.scenarios.striking import rows

SCHEMA_VERSION = 1
IMPLIED = "faults_struck"


def verdicts(run: Evidence) -> list[tuple[str, str, Verdict]]:
    """Return of each expectation of a run its id, its kind and whether it held."""
    says = run.ground.scenario.says
    found = [
        (name, each.word, judge(each, run)) for name, each in zip(expectation_ids(run.ground), says.expect, strict=True)
    ]
    if run.struck and not any(isinstance(each, FaultsStruck) for each in says.expect):
        found.append((IMPLIED, IMPLIED, judge(FaultsStruck(expect="faults_struck"), run)))
    return found


def run_json(
    run: Evidence, trace: Path, again: str, kept: tuple[str | None, str | None], replay: str | None
) -> dict[str, Any]:
    """Return the entry of a run.

    Parameters
    ----------
    trace : its file.
    again : the command that runs it again.
    kept : names of trace and bodies that stay.
    replay : the command that shows it.
    """
    judged = verdicts(run)
    digest = hashlib.sha256(trace.read_bytes()).hexdigest()
    return {
        "seed": run.seed,
        "passed": all(verdict.passed for _, _, verdict in judged),
        "begin_s": run.begin_s,
        "end_s": run.end_s,
        "over": run.over,
        "expectations": [
            {
                "id": name,
                "expect": word,
                "passed": verdict.passed,
                "sentence": verdict.sentence,
                "evidence": [dict(piece) for piece in verdict.evidence],
            }
            for name, word, verdict in judged
        ],
        "faults": rows(run.struck),
        "requests": list(run.summary["requests"]),
        "alarms": list(run.summary["alarms"]),
        "robots": list(run.summary["robots"]),
        "figures": figures(run),
        "trace": {"file": kept[0], "bodies": kept[1], "digest": digest, "map_id": run.ground.map_id},
        "recordings": [],
        "again": again,
        "replay": replay,
    }


def scenario_json(ground: Ground, runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entry of a scenario with its runs."""
    scenario = ground.scenario
    says = scenario.says
    judged = [(each["id"], each["expect"]) for each in runs[0]["expectations"]] if runs else []
    return {
        "id": scenario.id,
        "file": scenario.path.as_posix(),
        "digest": scenario.digest,
        "name": {"ko": says.name.ko, "en": says.name.en},
        "shows": {"ko": says.shows.ko, "en": says.shows.en},
        "site": ground.site.id,
        "site_name": ground.site.name.words(),
        "lasts_s": says.lasts_s,
        "expected_to_fail": scenario.negative,
        "rate": rate([run["passed"] for run in runs]).as_json(),
        "expectations": [
            {
                "id": name,
                "expect": word,
                "rate": rate([run["expectations"][number]["passed"] for run in runs]).as_json(),
            }
            for number, (name, word) in enumerate(judged)
        ],
        "runs": list(runs),
    }


def campaign_json(
    scenarios: Sequence[Mapping[str, Any]],
    *,
    ran: Mapping[str, Any],
    link: str,
    backend: str,
    speed: float | None,
    seeds: Sequence[int],
    without: Sequence[str],
) -> dict[str, Any]:
    """Return the whole result; `ran` is what `program` said before the first run."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program": dict(ran),
        "link": link,
        "backend": backend,
        "speed": speed,
        "seeds": list(seeds),
        "without": list(without),
        "passed": all(run["passed"] for scenario in scenarios for run in scenario["runs"]),
        "scenarios": list(scenarios),
    }


def program() -> dict[str, Any]:
    """Return what ran: the version, and the commit of a checkout."""
    folder = Path(robot_fleet.__file__).resolve().parents[1]
    commit, changed = None, None
    if (folder / ".git").exists():
        commit = _git(folder, "rev-parse", "HEAD") or None
        changed = bool(_git(folder, "status", "--porcelain", "--untracked-files=no")) if commit else None
    return {"version": robot_fleet.__version__, "commit": commit, "changed": changed}


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False, timeout=20.0
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
