"""Whatever people wish and whatever stops: each occurrence is asked for once, or told to be missed, or not wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robot_fleet.core.arrangements import AddSchedule, PauseSchedule, ResumeSchedule, SkipOccurrence
from robot_fleet.core.clock import parse_clock
from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.facts.schedules import OccurrenceMade, OccurrenceMissed
from robot_fleet.core.fleet.tasks import recurring
from robot_fleet.core.inputs import Input, Tick
from robot_fleet.core.recurrence import Recurrence, Wanted
from robot_fleet.core.site import CalendarSpec
from robot_fleet.site.calendar import SiteCalendar
from test.property.core_world import BEGIN_S, CoreWorld
from test.property.test_core import world_of

BEGAN = date(2026, 3, 6)
"""Two days before New York's clocks go forward, and its night has no half past two."""
CALENDAR = SiteCalendar(CalendarSpec("America/New_York", "US", "", {}, (), BEGAN.isoformat()))
EVENTS = ("tick", "restart", "snapshot", "pause", "resume", "skip", "unskip", "add_again")
MOST_DAYS = 60
events = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.sampled_from([0.0, 60.0, 900.0, 5_000.0, 30_000.0, 100_000.0])),
    min_size=5,
    max_size=30,
)


def wish_of(event: str, number: int, world: CoreWorld, schedule: AddSchedule) -> Input:
    name = schedule.key
    following = CALENDAR.following(world.state.schedules[name].editions, world.state.schedules[name].through)
    local = following.local if following is not None else ""
    wishes: dict[str, Input] = {
        "pause": PauseSchedule(f"k{number}", name, "works"),
        "resume": ResumeSchedule(f"k{number}", name),
        "skip": SkipOccurrence(f"k{number}", name, local),
        "unskip": SkipOccurrence(f"k{number}", name, local, skip=False),
        "add_again": schedule,
    }
    return wishes.get(event, Tick())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events, st.sampled_from(["02:30", "09:00", "23:55"]), st.sampled_from([0.0, 3600.0]))
def test_each_occurrence_is_settled_once(stream: list[tuple[str, float]], at: str, grace_s: float) -> None:
    bare = world_of("tiny")
    world = CoreWorld(bare.site, replace(bare.ports, calendar=CALENDAR))
    rule = Recurrence(at, BEGAN.isoformat())
    schedule = AddSchedule("daily", "Daily", rule, Wanted("care_visit", {"place": "home/r101"}), grace_s)
    world.feed(schedule)
    unwanted: set[str] = set()
    resumed = ""
    for number, (event, pause_s) in enumerate(stream):
        world.pass_time(pause_s)
        if event == "restart":
            world.restart()
        elif event == "snapshot":
            world.snapshot()
        wish = wish_of(event, number, world, schedule)
        granted = [answer.accepted for answer in world.feed(wish)]
        if granted == [True] and isinstance(wish, SkipOccurrence):
            (unwanted.add if wish.skip else unwanted.discard)(wish.occurrence)
        if granted == [True] and isinstance(wish, ResumeSchedule):
            resumed = CALENDAR.local(world.fleet_s)
    for _ in range(3):
        world.feed(Tick())

    settled = [f.occurrence for f in world.facts if isinstance(f, OccurrenceMade | OccurrenceMissed)]
    made = [f.task for f in world.facts if isinstance(f, OccurrenceMade)]
    assert settled == sorted(set(settled))
    assert made == [f.task for f in world.facts if isinstance(f, TaskRequested)]
    assert not unwanted.intersection(settled)
    paused = world.state.schedules["daily"].state == "paused"
    for day in range(MOST_DAYS):
        on = (BEGAN + timedelta(days=day)).isoformat()
        local, ahead_s = f"{on}T{at}", CALENDAR.at_s(on, parse_clock(at)) - recurring.AHEAD_S
        wanted = local > max(CALENDAR.local(BEGIN_S), resumed) and local not in unwanted and not paused
        if wanted and ahead_s <= world.fleet_s:
            assert local in settled
    world.check_replay()
