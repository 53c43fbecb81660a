"""Small results of scenarios, and traces that belong to them, made by hand."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN_S = 32_400.0
TRACE_HEAD = "t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event"
BODIES_HEAD = "t_s,body,kind,map_id,x_m,y_m,yaw_rad,length_m,width_m"
FIGURES: Mapping[str, float | None] = {
    "requests": 3,
    "done": 3,
    "failed": 0,
    "open": 0,
    "late_max_s": 4.5,
    "on_site_max_s": None,
    "distance_m": 512.7,
    "energy_wh": 31.25,
    "contacts": 0,
}


def rate(passes: Sequence[bool]) -> dict[str, Any]:
    """Return a rate, its interval worked out here once more (Wilson 1927)."""
    runs, passed = len(passes), sum(passes)
    z2 = 1.959964**2
    share = passed / runs
    middle = (share + z2 / (2 * runs)) / (1 + z2 / runs)
    half = math.sqrt(z2) / (1 + z2 / runs) * math.sqrt(share * (1 - share) / runs + z2 / (4 * runs**2))
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return {"passed": passed, "runs": runs, "share": round(share, 4), "low": round(low, 4), "high": round(high, 4)}


def contact(**more: object) -> dict[str, Any]:
    """Return a piece of evidence of a contact."""
    piece = {"what": "care_1 touches care_2", "at_s": BEGIN_S + 75.0, "robot": "care_1", "other": "care_2"}
    return {**piece, "x_m": 6.25, "y_m": 2.5, "value": -0.04, "limit": 0.0, "unit": "m", **more}


def run(seed: int, passed: bool = True, **more: Any) -> dict[str, Any]:
    """Return a run; of one that failed `no_contact` is broken."""
    broken = {"passed": passed, "sentence": "nobody touched anybody" if passed else "1 contacts"}
    return {
        "seed": seed,
        "passed": passed,
        "begin_s": BEGIN_S,
        "end_s": BEGIN_S + 120.0,
        "over": "served",
        "expectations": [
            {"id": "all_served", "expect": "all_served", "passed": True, "sentence": "3 of 3", "evidence": []},
            {"id": "apart", "expect": "no_contact", **broken, "evidence": [] if passed else [contact()]},
        ],
        "faults": [],
        "requests": [],
        "alarms": [],
        "robots": [],
        "figures": dict(FIGURES),
        "trace": {"file": None, "bodies": None, "digest": hashlib.sha256(b"%d" % seed).hexdigest(), "map_id": "main"},
        "recordings": [],
        "again": f"./fleet scenario run scenarios/quiet.yaml --seed {seed}",
        "replay": None,
        **more,
    }


def scenario(name: str, runs: Sequence[dict[str, Any]], /, **more: Any) -> dict[str, Any]:
    """Return a scenario with its rates."""
    judged = zip(*(each["expectations"] for each in runs), strict=True)
    return {
        "id": name,
        "file": f"scenarios/{name}.yaml",
        "digest": "0" * 64,
        "name": {"ko": f"{name} 시나리오", "en": f"Scenario {name}"},
        "shows": {"ko": "보여 줍니다.", "en": "It shows."},
        "site": "tiny",
        "site_name": {"ko": "작은 곳", "en": "Tiny"},
        "lasts_s": 600.0,
        "expected_to_fail": False,
        "rate": rate([each["passed"] for each in runs]),
        "expectations": [
            {"id": kind[0]["id"], "expect": kind[0]["expect"], "rate": rate([each["passed"] for each in kind])}
            for kind in judged
        ],
        "runs": list(runs),
        **more,
    }


def result(scenarios: Iterable[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a whole result."""
    every = list(scenarios)
    runs = [each for one in every for each in one["runs"]]
    return {
        "schema_version": 1,
        "program": {"version": "0.1.0", "commit": "ab12cd34" * 5, "changed": False},
        "link": "virtual",
        "backend": "embedded",
        "speed": None,
        "seeds": sorted({each["seed"] for each in runs}),
        "without": [],
        "passed": all(each["passed"] for each in runs),
        "scenarios": every,
        **more,
    }


def write(path: Path, told: Mapping[str, Any]) -> Path:
    """Write a result and return its file."""
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def trace_rows(robot: str, points: Sequence[tuple[float, float]], event: str = "", at: int = 0) -> list[str]:
    """Return rows of a trace 0.1 s apart; with an event that of an act at the point of a number."""
    if event:
        x_m, y_m = points[at]
        return [
            f"{BEGIN_S + at / 10.0:.1f},{robot},main,{x_m:.4f},{y_m:.4f},0.0000,0.700,0.500,45.000,,80.0000,{event}"
        ]
    return [
        f"{BEGIN_S + index / 10.0:.1f},{robot},main,{x_m:.4f},{y_m:.4f},0.0000,0.700,0.500,45.000,,80.0000,"
        for index, (x_m, y_m) in enumerate(points)
    ]


def write_trace(path: Path, rows: Iterable[str], head: str = TRACE_HEAD) -> Path:
    """Write a trace in the order of time and return its file."""
    ordered = sorted(rows, key=lambda row: float(row.partition(",")[0]))
    path.write_text("\n".join((head, *ordered)) + "\n", encoding="utf-8")
    return path


def straight(start: tuple[float, float], end: tuple[float, float], seconds: float = 120.0) -> list[tuple[float, float]]:
    """Return the points of a straight drive at even speed, 0.1 s apart."""
    count = round(seconds * 10.0)
    return [
        (start[0] + (end[0] - start[0]) * each / count, start[1] + (end[1] - start[1]) * each / count)
        for each in range(count + 1)
    ]
