"""A made-up month of a fleet's telemetry: noisy signals and drives, written in larger portions than a gateway would."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from robot_fleet.stores.history.database import Database, Target
from robot_fleet.stores.history.portions import Portion
from robot_fleet.stores.history.retention import DAY_S, DEFAULT_RETENTION, HOUR_S
from robot_fleet.stores.history.writer import TelemetryWriter
from robot_fleet.telemetry.kept import KEPT
from robot_fleet.telemetry.samples import Samples
from robot_fleet.telemetry.simplify import Simplifier, Vertices, together
from robot_fleet.telemetry.tracks import GAP_S, pieces
from robot_fleet.telemetry.trajectory import Trajectory, spans

Floats = NDArray[np.float64]

MAP = "main"
SAMPLE_S = 5.0
"""Of the month; the seconds that are kept at its end are sampled at FAST_HZ."""
FAST_HZ = 5.0
CHUNK_S = 3 * DAY_S
FAST_S = DEFAULT_RETENTION.buckets[0].kept_s + HOUR_S


def robot_names(robots: int) -> list[str]:
    """Return the robots' ids."""
    return [f"robot_{number}" for number in range(robots)]


def signals(rng: np.random.Generator, at_s: Floats) -> dict[str, Floats]:
    """Return noisy values of every signal of one robot at some times."""
    hour = at_s / HOUR_S
    busy = (np.sin(hour * 5.0 + rng.uniform(0.0, 6.0)) + np.sin(hour * 17.3) > 0.6).astype(np.float64)

    def noise(sigma: float) -> Floats:
        return (rng.standard_normal(len(at_s), np.float32) * np.float32(sigma)).astype(np.float64)

    soc_pct = 60.0 + 35.0 * np.abs((hour / 4.0) % 2.0 - 1.0)
    return {
        "soc_pct": soc_pct + noise(0.2),
        "speed_mps": np.abs(1.1 * busy + noise(0.04) * (0.2 + busy)),
        "voltage_v": 22.0 + 0.05 * soc_pct - 0.4 * busy + noise(0.05),
        "current_a": 1.5 + 7.0 * busy + noise(0.5),
        "temperature_c": 30.0 + 4.0 * np.sin(hour / 24.0 * math.tau) + 3.0 * busy + noise(0.2),
        "position_sigma_m": 0.03 + 0.02 * busy + np.abs(noise(0.01)),
        "cpu_pct": 35.0 + 20.0 * busy + noise(4.0),
        "memory_pct": 48.0 + hour % 24.0 / 4.0 + noise(1.0),
        "loss_pct": np.maximum(0.0, noise(1.5) - 1.0),
        "drain_ratio": 1.0 + 0.05 * busy + noise(0.03),
        "capacity_pct": 93.0 - hour / 720.0 + noise(0.5),
    }


class Drives:
    """Robots that drive along straight ways, turn, stand at places and are seen with noise; all start by standing.

    Parameters
    ----------
    count : how many.
    """

    SIGMA_M = 0.05
    """Of the noise, most of which changes within some 5 s as that of a localisation does."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self._rng = rng
        self._x_m, self._y_m = rng.uniform(0.0, 300.0, (2, count))
        self._yaw_rad = rng.uniform(-math.pi, math.pi, count)
        self._left_s = rng.uniform(0.0, 900.0, count)
        self._wanted_mps = np.zeros(count)
        self._speed_mps = np.zeros(count)
        self._drift_m = np.zeros((2, count))
        self.driven_m = np.zeros(count)

    def step(self, step_s: float) -> tuple[Floats, Floats, Floats]:
        """Let time pass and return where the robots are seen: x and y in metres, yaw in radians."""
        rng = self._rng
        self._left_s -= step_s
        done = np.flatnonzero(self._left_s <= 0.0)
        if len(done):
            stands = rng.random(len(done)) < 0.2
            speed_mps = np.where(stands, 0.0, rng.uniform(0.7, 1.4, len(done)))
            self._wanted_mps[done] = speed_mps
            self._yaw_rad[done] += np.where(stands, 0.0, rng.choice((0.0, 0.5, -0.5, 0.15), len(done)) * math.pi)
            driving_s = rng.uniform(6.0, 30.0, len(done)) / np.maximum(speed_mps, 0.1)
            self._left_s[done] = np.where(stands, rng.exponential(420.0, len(done)), driving_s)
        change = np.clip(self._wanted_mps - self._speed_mps, -0.6 * step_s, 0.6 * step_s)
        self._speed_mps += change
        self.driven_m += self._speed_mps * step_s
        self._x_m += self._speed_mps * step_s * np.cos(self._yaw_rad)
        self._y_m += self._speed_mps * step_s * np.sin(self._yaw_rad)
        same = math.exp(-step_s / 5.0)
        fresh = rng.standard_normal((4, len(self._x_m)), np.float32) * np.float32(self.SIGMA_M)
        self._drift_m = same * self._drift_m + math.sqrt(1.0 - same**2) * 0.9 * fresh[:2]
        seen = self._drift_m + 0.43 * fresh[2:]
        return self._x_m + seen[0], self._y_m + seen[1], self._yaw_rad


def drives(rng: np.random.Generator, robots: int, days: int, step_s: float) -> tuple[list[Trajectory], float]:
    """Return the robots' drives of some days, and how many metres they were in all.

    All days are reckoned side by side, so each robot begins each day anew.
    """
    tracks = robots * days
    number, map_number = np.arange(tracks), np.zeros(tracks, np.int64)
    midnight_s = np.tile(np.arange(days) * float(DAY_S), robots)
    moving, simplifier = Drives(rng, tracks), Simplifier(GAP_S)
    settled: list[Vertices] = []
    for step in range(round(DAY_S / step_s)):
        seen = moving.step(step_s)
        settled.append(simplifier.add(number, midnight_s + step * step_s, *seen, map_number))
    _, ends = simplifier.newest(number)
    vertices = together([*settled, ends])
    edges = np.searchsorted(vertices.track, np.arange(0, tracks + 1, days))
    found = [pieces(vertices.of(slice(begin, end)), [MAP]) for begin, end in pairwise(edges.tolist())]
    return found, float(moving.driven_m.sum())


def write_month(target: Target, robots: int = 30, days: int = 30, seed: int = 1, step_s: float = 2.0) -> float:
    """Write a month of telemetry to a new history and return how many metres all robots have driven.

    Parameters
    ----------
    step_s : between two poses, of which a robot sends five a second in truth.
    """
    rng = np.random.default_rng(seed)
    names = robot_names(robots)
    database = Database(target, read_only=False)
    writer, samples = TelemetryWriter(database, KEPT, DEFAULT_RETENTION), Samples(KEPT)
    trajectories, driven_m = drives(rng, robots, days, step_s)
    parts = [dict(spans(trajectory, CHUNK_S)) for trajectory in trajectories]
    fast_s = days * DAY_S - FAST_S
    for begin_s in range(0, days * DAY_S, CHUNK_S):
        until_s = min(begin_s + CHUNK_S, fast_s)
        at_s = np.arange(begin_s, until_s, SAMPLE_S)
        driven = [each[begin_s // CHUNK_S] for each in parts]
        writer.write([_portion(rng, samples, *each, at_s) for each in zip(names, driven, strict=True)], until_s)
        writer.tidy(until_s, robots)
    for begin_s in range(fast_s, days * DAY_S, HOUR_S):
        at_s = begin_s + np.arange(HOUR_S * FAST_HZ) / FAST_HZ
        writer.write([_portion(rng, samples, name, (), at_s) for name in names], begin_s + HOUR_S)
        writer.tidy(begin_s + HOUR_S, robots)
    writer.close()
    return driven_m


def _portion(rng: np.random.Generator, samples: Samples, robot: str, trajectory: Trajectory, at_s: Floats) -> Portion:
    for signal, values in signals(rng, at_s).items():
        samples.add_run(robot, signal, at_s, values)
    samples.fold(float(at_s[-1]))
    return Portion(robot, samples.take([robot])[robot], trajectory)
