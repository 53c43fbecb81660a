"""Requests that recur: each occurrence is asked for once, in its time or not at all, whatever stops in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.arrangements import (
    AddSchedule,
    Arrangement,
    DeleteTemplate,
    EndSchedule,
    PauseSchedule,
    RenameTemplate,
    ResumeSchedule,
    ReviseSchedule,
    SaveTemplate,
    SkipOccurrence,
)
from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.facts.schedules import OccurrenceMade, OccurrenceMissed
from robot_fleet.core.fleet.tasks import recurring
from robot_fleet.core.inputs import AcknowledgeAlarm, CancelTask, Input, SubmitTask, Tick
from robot_fleet.core.recurrence import Every, OnHolidays, Recurrence, Wanted
from robot_fleet.core.site import CalendarSpec
from robot_fleet.site.calendar import SiteCalendar
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

HOUR_S, DAY_S = 3600.0, 86_400.0
VISIT = Wanted("care_visit", {"place": "home/r101"})
PARCEL = Wanted("parcel_delivery", {"from": "hub/shelf", "to": "home/gate", "item": "mail", "mass_kg": 2.0})
DAILY = Recurrence("09:00", "2026-11-02")
SPEC = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-11-02")


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30 of Monday 2 November 2026, nobody of whose robots has reported yet."""
    bare = world_of("tiny")
    return CoreWorld(bare.site, replace(bare.ports, calendar=SiteCalendar(SPEC)))


def granted(world: CoreWorld, *wishes: Input) -> None:
    for wish in wishes:
        (answer,) = world.feed(wish)
        assert answer.accepted, answer.message


def refused(world: CoreWorld, wish: Arrangement) -> tuple[str, str]:
    facts = len(world.facts)
    (answer,) = world.feed(wish)
    assert not answer.accepted
    assert answer.message
    assert len(world.facts) == facts
    return answer.code, answer.where


def pass_to(world: CoreWorld, day: int, clock_s: float, step_s: float = 300.0) -> None:
    """Let time pass until a time of a day (1 is the first), looked at every few minutes."""
    until_s = (day - 1) * DAY_S + clock_s
    while world.fleet_s < until_s:
        world.pass_time(min(step_s, until_s - world.fleet_s))
        world.feed(Tick())


def made(world: CoreWorld) -> list[str]:
    """Return the tasks that schedules have asked for; each is one request and one settled occurrence."""
    names = [fact.task for fact in world.facts if isinstance(fact, OccurrenceMade)]
    asked = [fact.task for fact in world.facts if isinstance(fact, TaskRequested) and "@" in fact.task]
    assert names == asked
    assert len(set(names)) == len(names)
    return names


def missed(world: CoreWorld) -> list[tuple[str, str]]:
    return [(fact.occurrence, fact.reason) for fact in world.facts if isinstance(fact, OccurrenceMissed)]


def test_an_occurrence_is_asked_for_ahead_and_stands_from_its_time_on(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Morning rounds", DAILY, VISIT, by="u-1"))
    pass_to(world, 1, 9 * HOUR_S - recurring.AHEAD_S - 1.0)
    assert made(world) == []

    pass_to(world, 1, 9 * HOUR_S - recurring.AHEAD_S)

    assert made(world) == ["rounds@20261102T0900"]
    request = world.state.tasks["rounds@20261102T0900"].request
    assert (request.requested_s, request.earliest_s) == (9 * HOUR_S, 9 * HOUR_S)
    assert (request.params, request.requester) == ({"place": "home/r101"}, "schedule:rounds")


def test_days_and_weeks_go_by_and_each_has_its_own(world: CoreWorld) -> None:
    weekly = Recurrence("22:30", "2026-11-02", Every.WEEK, weekdays=("tue", "sat"), count=3)
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT), AddSchedule("night", "Night", weekly, VISIT))

    pass_to(world, 12, 12 * HOUR_S, 1800.0)

    days = [f"202611{day:02}" for day in range(2, 14)]
    assert [name for name in made(world) if name.startswith("rounds")] == [f"rounds@{day}T0900" for day in days]
    assert [name for name in made(world) if name.startswith("night")] == [
        f"night@{day}T2230" for day in ("20261103", "20261107", "20261110")
    ]
    assert missed(world) == []
    world.check_replay()


@pytest.mark.parametrize("stop_s", [8.7 * HOUR_S, 9.5 * HOUR_S])
def test_whatever_is_killed_when_it_is_never_asked_for_twice(world: CoreWorld, stop_s: float) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    for _ in range(4):
        world.restart()
        world.snapshot()
        world.pass_time(HOUR_S / 2)
        world.feed(Tick())
        world.restart()
        world.feed(Tick())

    pass_to(world, 1, stop_s)
    world.restart()
    world.feed(Tick())

    assert made(world) == ["rounds@20261102T0900"]


def test_what_a_short_standstill_left_is_made_late_and_a_long_one_is_told(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT, grace_s=HOUR_S))
    world.pass_time(2.4 * HOUR_S)  # 09:54, within the hour
    world.restart()
    world.feed(Tick())
    assert made(world) == ["rounds@20261102T0900"]
    assert world.state.tasks["rounds@20261102T0900"].request.requested_s == world.fleet_s

    world.pass_time(50 * HOUR_S)  # Wednesday noon: Tuesday and Wednesday are over
    world.restart()
    world.feed(Tick())

    assert missed(world) == [("2026-11-03T09:00", "schedule_late"), ("2026-11-04T09:00", "schedule_late")]
    assert made(world) == ["rounds@20261102T0900"]
    pass_to(world, 4, 9 * HOUR_S)
    assert made(world)[1:] == ["rounds@20261105T0900"]
    world.check_replay()


def test_every_miss_rings_until_somebody_has_taken_note(world: CoreWorld) -> None:
    def rings() -> list[str]:
        return [a.state for a in world.state.alarms.values() if a.condition == "occurrence_missed" and a.open]

    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    world.pass_time(5 * HOUR_S)
    for _ in range(3):
        world.feed(Tick())
        world.pass_time(2.0)
    (alarm,) = [a for a in world.state.alarms.values() if a.condition == "occurrence_missed"]
    assert alarm.subjects == ("rounds",)
    pass_to(world, 1, 15 * HOUR_S)
    assert rings() == ["cleared"]

    granted(world, AcknowledgeAlarm("k1", alarm.id))
    assert rings() == []
    world.pass_time(DAY_S)
    for _ in range(3):
        world.feed(Tick())
        world.pass_time(2.0)
    assert rings() == ["active"]


def test_what_cannot_be_asked_for_any_more_is_told(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    services = {name: service for name, service in world.site.services.items() if name != "care_visit"}
    world.site = replace(world.site, services=services)
    world.restart()

    pass_to(world, 1, 9 * HOUR_S)

    assert missed(world) == [("2026-11-02T09:00", "request_unknown_service")]


def test_a_parcel_a_day_is_another_parcel_every_day_and_times_are_of_the_day(world: CoreWorld) -> None:
    wanted = replace(PARCEL, params=PARCEL.params | {"due_at": "10:15"})
    granted(world, AddSchedule("mail", "Mail", DAILY, wanted))

    pass_to(world, 6, 9 * HOUR_S, 1800.0)

    requests = [world.state.tasks[name].request for name in made(world)]
    assert len(requests) == 6
    assert [request.params["item"] for request in requests[:2]] == ["mail.20261102T0900", "mail.20261103T0900"]
    assert [request.due_s for request in requests] == [day * DAY_S + 10.25 * HOUR_S for day in range(6)]


def test_a_pause_leaves_out_what_would_have_been(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    pass_to(world, 1, 12 * HOUR_S)
    granted(world, PauseSchedule("k1", "rounds", "ward closed"))
    assert refused(world, PauseSchedule("k2", "rounds", "again")) == ("request_schedule_paused", "rounds")
    pass_to(world, 4, 8.9 * HOUR_S, 1800.0)
    assert len(made(world)) == 1

    granted(world, ResumeSchedule("k3", "rounds"))
    pass_to(world, 5, 12 * HOUR_S, 1800.0)

    assert made(world)[1:] == ["rounds@20261105T0900", "rounds@20261106T0900"]
    assert missed(world) == []
    assert refused(world, ResumeSchedule("k4", "rounds")) == ("request_schedule_not_paused", "rounds")


def test_a_pause_just_before_the_time_does_not_ask_again(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    pass_to(world, 1, 9 * HOUR_S - 600.0)
    granted(world, PauseSchedule("k1", "rounds", "a moment"), ResumeSchedule("k2", "rounds"))

    pass_to(world, 1, 12 * HOUR_S)

    assert made(world) == ["rounds@20261102T0900"]


def test_one_occurrence_is_skipped_or_wanted_after_all(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    granted(
        world,
        SkipOccurrence("k1", "rounds", "2026-11-03T09:00", reason="inspection"),
        SkipOccurrence("k2", "rounds", "2026-11-04T09:00"),
        SkipOccurrence("k3", "rounds", "2026-11-04T09:00"),
        SkipOccurrence("k4", "rounds", "2026-11-04T09:00", skip=False),
    )
    for at in ("2026-11-03T09:30", "9999-12-31T09:00", "tomorrow", "2026-11-02T07:00", ""):
        assert refused(world, SkipOccurrence("k5", "rounds", at))[0] == "request_unknown_occurrence"
    pass_to(world, 3, 12 * HOUR_S, 1800.0)

    assert made(world) == ["rounds@20261102T0900", "rounds@20261104T0900"]
    assert world.state.schedules["rounds"].skipped == ()
    assert refused(world, SkipOccurrence("k6", "rounds", "2026-11-04T09:00"))[0] == "request_unknown_occurrence"


def test_a_new_edition_holds_from_its_date_on(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    pass_to(world, 1, 12 * HOUR_S)
    other = Wanted("care_visit", {"place": "home/r102"})
    later = Recurrence("14:00", "2026-11-04", Every.WEEK, weekdays=("wed", "thu", "fri"), holidays=OnHolidays.SKIP)
    granted(world, ReviseSchedule("k1", "rounds", "Afternoon rounds", later, other))
    yesterday = replace(later, begins="2026-11-01")
    assert refused(world, ReviseSchedule("k2", "rounds", "R", yesterday, VISIT)) == ("request_schedule_past", "begins")

    pass_to(world, 9, 0.0, 1800.0)

    assert [name.partition("@")[2] for name in made(world)] == [
        "20261102T0900",
        "20261103T0900",
        "20261104T1400",
        "20261105T1400",
        "20261106T1400",
    ]
    assert world.state.tasks[made(world)[-1]].request.params == {"place": "home/r102"}
    assert world.state.schedules["rounds"].name == "Afternoon rounds"


def test_an_end_is_for_good(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    pass_to(world, 1, 12 * HOUR_S)
    granted(world, EndSchedule("k1", "rounds", "moved away"))

    pass_to(world, 3, 12 * HOUR_S, 1800.0)

    assert len(made(world)) == 1
    for wish in (ResumeSchedule("k2", "rounds"), PauseSchedule("k3", "rounds", "x"), EndSchedule("k4", "rounds")):
        assert refused(world, wish) == ("request_schedule_ended", "rounds")


def test_the_task_of_an_occurrence_is_a_task_as_any_other(world: CoreWorld) -> None:
    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    pass_to(world, 1, 9 * HOUR_S - 600.0)

    granted(world, CancelTask("k1", "rounds@20261102T0900"))
    pass_to(world, 1, 12 * HOUR_S)

    assert made(world) == ["rounds@20261102T0900"]
    (answer,) = world.feed(SubmitTask("rounds@20261103T0900", "care_visit", {"place": "home/r101"}))
    assert answer.code == "request_key_malformed"  # nobody takes the next one's name


def test_the_same_wish_again_is_one_schedule(world: CoreWorld) -> None:
    wish = AddSchedule("rounds", "Rounds", DAILY, VISIT)
    granted(world, wish, wish)

    assert len(world.state.schedules) == 1
    assert refused(world, replace(wish, name="Others")) == ("request_key_used", "rounds")


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"name": " "}, "request_name_malformed", "name"),
        ({"grace_s": -1.0}, "request_schedule_malformed", "grace_s"),
        ({"wanted": Wanted("care_alarm", {})}, "request_task_is_alarm", "service"),
        ({"wanted": Wanted("dance", {})}, "request_unknown_service", "service"),
        ({"wanted": Wanted("care_visit", {"place": "nowhere"})}, "request_unknown_place", "place"),
        ({"wanted": replace(PARCEL, params=PARCEL.params | {"item": "x" * 51})}, "request_item_malformed", "item"),
        ({"rule": replace(DAILY, at="24:00")}, "request_schedule_malformed", "at"),
        ({"rule": replace(DAILY, begins="2026-02-30")}, "request_schedule_malformed", "begins"),
        ({"rule": replace(DAILY, begins="9998-12-31")}, "request_schedule_malformed", "begins"),
        ({"rule": replace(DAILY, ends="2026-11-01")}, "request_schedule_malformed", "ends"),
        ({"rule": replace(DAILY, interval=0)}, "request_schedule_malformed", "interval"),
        ({"rule": replace(DAILY, count=-1)}, "request_schedule_malformed", "count"),
        ({"rule": replace(DAILY, weekdays=("mon",))}, "request_schedule_malformed", "weekdays"),
        ({"rule": replace(DAILY, every=Every.WEEK, weekdays=("moon",))}, "request_schedule_malformed", "weekdays"),
        ({"rule": replace(DAILY, month_day=3)}, "request_schedule_malformed", "month_day"),
        ({"rule": replace(DAILY, every=Every.MONTH, month_day=32)}, "request_schedule_malformed", "month_day"),
        ({"rule": replace(DAILY, begins="2026-10-01", ends="2026-11-01")}, "request_schedule_empty", "ends"),
        ({"key": "two words"}, "request_key_malformed", "two words"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    world: CoreWorld, changes: dict[str, object], code: str, where: str
) -> None:
    wish = replace(AddSchedule("rounds", "Rounds", DAILY, VISIT), **changes)  # type: ignore[arg-type]

    assert refused(world, wish) == (code, where)


def test_without_a_calendar_nothing_recurs_and_a_calendar_that_is_gone_is_told(world: CoreWorld) -> None:
    bare = world_of("tiny")
    assert refused(bare, AddSchedule("rounds", "Rounds", DAILY, VISIT)) == ("request_no_calendar", "tiny")

    granted(world, AddSchedule("rounds", "Rounds", DAILY, VISIT))
    world.ports = replace(world.ports, calendar=None)
    world.restart()
    for _ in range(4):
        world.feed(Tick())
        world.pass_time(2.0)
    assert [alarm.subjects for alarm in world.state.alarms.values() if alarm.open] == [("rounds",)]


def test_templates_are_kept_renamed_and_deleted(world: CoreWorld) -> None:
    params: dict[str, object] = {"from": "hub/shelf", "due_at": "10:15"}  # where to is said when it is used
    wish = SaveTemplate("t1", "Post", Wanted("parcel_delivery", params), "by noon")
    granted(world, wish, wish)
    assert refused(world, replace(wish, name="Mail")) == ("request_key_used", "t1")
    assert world.state.templates["t1"].wanted.params == {"from": "hub/shelf", "due_at": "10:15:00"}
    wrong = replace(wish, key="t2", wanted=Wanted("parcel_delivery", {"from": "nowhere"}))
    assert refused(world, wrong) == ("request_unknown_place", "from")

    granted(world, RenameTemplate("k1", "t1", "Mail"))
    assert (world.state.templates["t1"].name, world.state.templates["t1"].note) == ("Mail", "by noon")
    assert refused(world, RenameTemplate("k2", "t1", "")) == ("request_name_malformed", "name")
    granted(world, DeleteTemplate("k3", "t1"))
    assert refused(world, DeleteTemplate("k4", "t1")) == ("request_unknown_template", "t1")
    world.check_replay()
