"""Visits, deliveries, patrols and calls for help with their exceptions: what is asked, wanted, counted, left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from robot_fleet.core.effects import ReachOut
from robot_fleet.core.facts import ContactWanted, EndCounted, FlowMoved, StopMissed, TaskDeferred
from robot_fleet.core.flow import TOO_LATE, WAIT
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AnswerTask,
    CancelTask,
    CloseIncident,
    RecipientsKnown,
    RecordVoice,
    SubmitTask,
    Tick,
)
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.priority import CLASSES, weight_of
from robot_fleet.core.quiet import quiet_until
from robot_fleet.core.recipient import Recipient
from robot_fleet.core.site import (
    ActTemplate,
    Avoidance,
    Branch,
    Consent,
    Expiry,
    Outcome,
    Remedy,
    Service,
    Site,
    StopTemplate,
    Streak,
    Zone,
)
from robot_fleet.core.text import Text
from test.property.core_world import BEGIN_S, CoreWorld, ModelRobot
from test.property.test_core import world_of
from test.unit.core.test_recovery import fail, refused, until_acting, work

VISIT: dict[str, object] = {"place": "home/r101"}
ALARM: dict[str, object] = {"place": "home/r101", "signal": "help_button"}
PARCEL: dict[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
DAY_S = 86_400.0
EVERYWHERE = ((-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0))


def site_with(service: str, changed: Mapping[str, object], zones: Mapping[str, Zone] | None = None) -> CoreWorld:
    """The tiny site, all robots docked, with one service changed."""
    tiny = world_of("tiny")
    spec: Service = replace(tiny.site.services[service], **changed)  # type: ignore[arg-type]
    site = replace(tiny.site, services={**tiny.site.services, service: spec}, zones=zones or tiny.site.zones)
    return docked(CoreWorld(site, tiny.ports))


def docked(world: CoreWorld) -> CoreWorld:
    world.tell_all()
    for _ in range(3):
        work(world)
    return world


def quiet_zone(*hours: tuple[float, float]) -> Mapping[str, Zone]:
    return {"night": Zone("night", Text("밤", "Night"), EVERYWHERE, quiet=hours)}


def outcomes(*names: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(name, Text(name, name), fails=name.endswith("_fails")) for name in names)


def wishes(world: CoreWorld) -> list[ReachOut]:
    """What the core wishes at a tick."""
    return [effect for effect in world.fleet.decide(Tick(), world.now).effects if isinstance(effect, ReachOut)]


def wanted(world: CoreWorld) -> list[tuple[str, str]]:
    return [(fact.kind, fact.reason) for fact in world.facts if isinstance(fact, ContactWanted)]


def voice(world: CoreWorld, outcome: str, word: str = "", alarm: str = "a1") -> str:
    key = f"v{len(world.facts)}_{outcome}"
    return refused(world, RecordVoice(key, alarm, outcome, "telephone", word, automatic=True))


# --- calls for help --------------------------------------------------------------------------------------------------


@pytest.fixture
def call() -> CoreWorld:
    """Somebody has called for help; no robot does anything."""
    world = docked(world_of("tiny"))
    world.feed(SubmitTask("a1", "care_alarm", ALARM))
    return world


def test_a_line_to_the_place_is_wanted_at_once_and_wished_for_until_somebody_answers(call: CoreWorld) -> None:
    assert wanted(call) == [("line", "called")]
    for _ in range(3):
        call.pass_time(1.0)
        (wish,) = wishes(call)
        assert (wish.alarm, wish.kind, wish.place, wish.opened_s) == ("a1", "line", "home/r101", None)
    voice(call, "made")
    (wish,) = wishes(call)
    assert wish.opened_s == call.fleet_s
    voice(call, "answered", "fine")
    assert wishes(call) == []
    assert call.state.alarms["a1"].state is AlarmState.ACTIVE, "a machine does not take note of an alarm"


def test_a_line_that_cannot_be_opened_is_tried_again(call: CoreWorld) -> None:
    voice(call, "failed")
    assert call.state.alarms["a1"].voice_s is None
    assert [wish.kind for wish in wishes(call)] == ["line"]


def test_119_is_called_after_60_s_of_silence_and_no_robot_is_waited_for(call: CoreWorld) -> None:
    voice(call, "made")
    voice(call, "silent")
    raised_s = call.state.alarms["a1"].raised_s
    call.fleet_s = raised_s + 59.0
    call.feed(Tick())
    assert ("emergency", "silence") not in wanted(call)
    call.fleet_s = raised_s + 60.0
    call.feed(Tick())
    assert wanted(call)[-1] == ("emergency", "silence")
    call.restart()
    assert [wish.kind for wish in wishes(call)] == ["emergency"], "wished for again until it is done"
    voice(call, "escalated")
    assert wishes(call) == []
    assert call.state.alarms["a1"].escalated_s == call.fleet_s
    assert call.state.alarms["a1"].on_site_s is None


def test_it_escalates_all_the_same_without_a_robot() -> None:
    world = world_of("tiny")  # nobody has ever heard of a robot
    world.feed(SubmitTask("a1", "care_alarm", ALARM))
    world.pass_time(61.0)
    world.feed(Tick())
    assert wanted(world) == [("line", "called"), ("emergency", "silence")]
    assert not world.state.tasks["a1"].robot


def test_who_has_answered_is_not_taken_for_silent(call: CoreWorld) -> None:
    voice(call, "made")
    voice(call, "answered", "fine")
    call.pass_time(300.0)
    call.feed(Tick())
    assert wanted(call) == [("line", "called")]


def test_who_asks_for_an_ambulance_gets_it_at_once(call: CoreWorld) -> None:
    voice(call, "made")
    voice(call, "answered", "ambulance")
    assert wanted(call)[-1] == ("emergency", "said")


def test_a_call_that_was_taken_back_wants_nobody_any_more(call: CoreWorld) -> None:
    call.feed(CancelTask("c", "a1", "mistyped"))
    call.pass_time(90.0)
    assert wishes(call) == []


def test_what_a_caller_said_is_one_word_and_no_story(call: CoreWorld) -> None:
    assert voice(call, "answered", "I have fallen") == "request_malformed"


FLOW = (
    ActTemplate("call", "call", expected_s=30.0, repeatable=True),
    ActTemplate(
        "judge",
        WAIT,
        wait_s=600.0,
        judges=True,
        rings=True,
        branches=(Branch("false_alarm", "end:false_alarm"), Branch("ambulance", "in"), Branch("timeout", "in")),
    ),
    ActTemplate(
        "in",
        WAIT,
        wait_s=600.0,
        contacts=("emergency", "door", "guardian"),
        branches=(Branch("let_in", "over"), Branch("timeout", "in")),
    ),
    ActTemplate(
        "over",
        WAIT,
        wait_s=600.0,
        names=True,
        branches=(Branch("taken_over", "end:handed_over"), Branch("timeout", "over")),
    ),
)


def on_site() -> tuple[CoreWorld, ModelRobot]:
    """A robot stands by whoever has called, who has answered, and a person is to judge."""
    stop = StopTemplate("site", "param:place", FLOW)
    world = site_with("care_alarm", {"stops": (stop,), "outcomes": outcomes("false_alarm", "handed_over")})
    world.feed(SubmitTask("a1", "care_alarm", ALARM))
    voice(world, "made")
    voice(world, "answered", "help")
    robot = until_acting(world, "a1")
    while world.state.tasks["a1"].awaits is None:
        work(world)
    return world, robot


def say(world: CoreWorld, word: str, to: str = "") -> str:
    return refused(world, AnswerTask(f"s{len(world.facts)}", "a1", word, by="op_1", to=to))


def test_a_person_judges_responders_are_let_in_and_take_over_by_name_and_the_guardian_is_told() -> None:
    world, _ = on_site()
    alarm = world.state.alarms["a1"]
    assert alarm.verdict == ""
    assert say(world, "ambulance") == ""
    assert (alarm.verdict, alarm.open) == ("ambulance", True)
    work(world)
    assert [kind for kind, reason in wanted(world) if reason == "in"] == ["emergency", "door", "guardian"]
    for word in ("escalated", "door_opened", "guardian_told"):
        voice(world, word)
    assert wishes(world) == []
    assert say(world, "let_in") == ""
    work(world)
    assert say(world, "taken_over") == "request_name_missing"
    assert say(world, "taken_over", "Kim, 010 0000") == "request_key_malformed"
    assert say(world, "taken_over", "crew_7") == ""
    task = world.state.tasks["a1"]
    assert (task.state, task.result, alarm.verdict) == (TaskState.COMPLETED, "handed_over", "ambulance")
    assert (alarm.handed_to, alarm.state, alarm.closed_s) == ("crew_7", AlarmState.CLOSED, world.fleet_s)
    moved = [fact for fact in world.facts if isinstance(fact, FlowMoved)]
    assert (moved[-1].named, moved[-1].by) == ("crew_7", "op_1")
    world.check_replay()


def test_a_call_that_nobody_judges_in_time_is_one_for_119() -> None:
    world, _ = on_site()
    for _ in range(320):
        work(world)
    assert ("emergency", "in") in wanted(world)
    assert world.state.alarms["a1"].open


def test_its_incident_is_closed_by_a_person_and_by_nobody_else() -> None:
    world, _ = on_site()
    say(world, "false_alarm")
    alarm = world.state.alarms["a1"]
    assert world.state.incidents[alarm.incident].open
    for _ in range(30):
        work(world)
    assert world.state.incidents[alarm.incident].open
    for other in list(world.state.alarms.values()):
        if other.state in (AlarmState.ACTIVE, AlarmState.CLEARED):
            world.feed(AcknowledgeAlarm(f"k{other.id.replace(':', '_')}", other.id))
    assert refused(world, CloseIncident("c", alarm.incident, "", "op_1", "false_alarm")) == ""


def test_without_a_robot_in_time_staff_are_sent_and_called_back_once_one_is_there(call: CoreWorld) -> None:
    due_s = call.state.tasks["a1"].request.due_s
    late_s = due_s - 1.0 - call.fleet_s
    call.pass_time(late_s)
    call.feed(Tick())
    assert not call.state.jobs
    for _ in range(3):
        call.pass_time(1.0)
        call.feed(Tick())
    (job,) = call.state.jobs.values()
    assert (job.kind, job.place, job.alarm, job.opened_s) == ("look_after", ALARM["place"], "a1", due_s)
    alarm = call.state.alarms["a1"]
    assert alarm.handed_on_s is not None and alarm.handed_on_s <= due_s
    for _ in range(40):
        work(call, pause_s=2.0)
        if alarm.on_site_s is not None:
            break
    assert alarm.on_site_s is not None
    call.feed(Tick())
    assert (job.state.value, job.ended_with) == ("withdrawn", "robot_on_site")


def test_of_five_calls_at_once_none_is_forgotten_and_the_gravest_are_first() -> None:
    stop = StopTemplate("site", "param:place", (ActTemplate("call", "call", expected_s=600.0, repeatable=True),))
    world = site_with("care_alarm", {"stops": (stop,)})
    assert world.site.services["care_alarm"].risk is not None
    signals = ("help_button", "no_motion", "fall_detected", "fall_detected", "help_button")
    for number, signal in enumerate(signals):
        place = ("home/r101", "home/r102")[number % 2]
        world.feed(SubmitTask(f"a{number}", "care_alarm", {"place": place, "signal": signal}))
    for _ in range(200):
        work(world, pause_s=10.0)
        if all(task.ended for task in world.state.tasks.values()):
            break
    tasks = sorted(world.state.tasks.values(), key=lambda task: task.started_s or 0.0)
    assert all(task.started_s is not None for task in tasks)
    for robot in ("care_1", "care_2"):
        served = [task.request.priority for task in tasks if task.robot == robot]
        assert len(served) >= 2 and served == sorted(served, reverse=True)
    assert [task.request.priority for task in tasks[:2]] == [100, 100], "who was on the way to another was called away"


def test_among_lives_the_graver_weighs_more_and_every_life_more_than_all_else() -> None:
    weights = [weight_of(priority) for priority in range(101)]
    assert weights == sorted(weights)
    assert weight_of(100) > weight_of(96) > weight_of(95) == CLASSES[0].weight > 10 * weight_of(94)


# --- visits ----------------------------------------------------------------------------------------------------------

CONSENTED = {"home/r101": Recipient(frozenset({"care_visit"}))}


def test_no_visit_without_consent() -> None:
    world = site_with("care_visit", {"consent": Consent("place", "care_visit")})
    assert refused(world, SubmitTask("v1", "care_visit", VISIT)) == "", "the people of this site are invented"
    world.feed(RecipientsKnown(CONSENTED))
    assert refused(world, SubmitTask("v2", "care_visit", VISIT)) == ""
    assert refused(world, SubmitTask("v3", "care_visit", {"place": "home/r102"})) == "no_consent"
    assert world.state.refused["v3"] == "no_consent"


def test_where_people_are_real_nobody_is_visited_before_their_consent_is_known() -> None:
    world = site_with("care_visit", {"consent": Consent("place", "care_visit")})
    real = CoreWorld(replace(world.site, synthetic_people=False), world.ports)
    assert refused(real, SubmitTask("v1", "care_visit", VISIT)) == "recipient_unknown"


def test_a_consent_that_is_withdrawn_takes_the_visit_back() -> None:
    world = site_with("care_visit", {"consent": Consent("place", "care_visit")})
    world.feed(RecipientsKnown(CONSENTED))
    world.feed(SubmitTask("v1", "care_visit", VISIT | {"earliest_at": BEGIN_S + 7_200.0}))
    world.feed(RecipientsKnown({}))
    world.feed(Tick())
    task = world.state.tasks["v1"]
    assert (task.state, task.reason) == (TaskState.CANCELLED, "no_consent")


def test_quiet_hours_are_those_of_the_zone_and_may_pass_midnight() -> None:
    site: Site = replace(world_of("tiny").site, zones=quiet_zone((79_200.0, 25_200.0)))
    for at_s, until_s in ((79_199.0, None), (79_200.0, DAY_S + 25_200.0), (100.0, 25_200.0), (25_200.0, None)):
        assert quiet_until(site, "home/r101", at_s) == until_s
    elsewhere = replace(site.zones["night"], outline=((90.0, 90.0), (99.0, 90.0), (99.0, 99.0)))
    assert quiet_until(replace(site, zones={"night": elsewhere}), "home/r101", 100.0) is None


def test_a_visit_asked_for_in_quiet_hours_begins_after_them() -> None:
    until_s = BEGIN_S + 3_600.0
    world = site_with("care_visit", {"quiet": True}, quiet_zone((BEGIN_S - 600.0, until_s)))
    assert refused(world, SubmitTask("v1", "care_visit", VISIT)) == ""
    request = world.state.tasks["v1"].request
    assert (request.earliest_s, request.due_s) == (until_s, until_s + 1_200.0)
    assert refused(world, SubmitTask("v2", "care_visit", VISIT | {"due_at": until_s - 60.0})) == "quiet_hours"


def test_a_visit_that_nobody_has_begun_when_quiet_hours_begin_is_put_off() -> None:
    begin_s, until_s = BEGIN_S + 30.0, BEGIN_S + 3_600.0
    world = site_with("care_visit", {"quiet": True}, quiet_zone((begin_s, until_s)))
    world.feed(SubmitTask("v1", "care_visit", VISIT))
    world.fleet_s = begin_s
    world.feed(Tick())
    (fact,) = [fact for fact in world.facts if isinstance(fact, TaskDeferred)]
    assert (fact.reason, fact.earliest_s) == ("quiet_hours", until_s)
    task = world.state.tasks["v1"]
    assert (task.request.earliest_s, task.ended) == (until_s, False)
    world.feed(Tick())
    assert sum(isinstance(fact, TaskDeferred) for fact in world.facts) == 1
    world.check_replay()


MEDICATION = (
    ActTemplate("greet", "announce", expected_s=10.0, interruptible=True, repeatable=True),
    ActTemplate("medication", "prompt", expected_s=30.0, once=True),
    ActTemplate("visit", "visit", expected_s=300.0, interruptible=True, repeatable=True),
)


def prompted() -> tuple[CoreWorld, ModelRobot]:
    """A robot that may begin with its prompt about medication."""
    world = site_with("care_visit", {"stops": (StopTemplate("visit", "param:place", MEDICATION),)})
    world.feed(SubmitTask("v1", "care_visit", VISIT))
    robot = until_acting(world, "v1")
    while robot.next_step is None or robot.next_step.params.get("act") != "medication":
        work(world)
    return world, robot


def prompts(world: CoreWorld) -> list[str]:
    """The orders of any robot that still hold a prompt to be done."""
    orders = [robot.order for robot in world.robots.values() if robot.order is not None]
    return [order.id for order in orders for step in order.steps if step.params.get("act") == "medication"]


def test_prompts_about_medication_are_never_repeated_automatically_after_a_call_elsewhere() -> None:
    world, _ = prompted()
    work(world)  # it was said
    before = prompts(world)
    for number, place in enumerate(("home/r102", "home/r101")):
        world.feed(SubmitTask(f"a{number}", "care_alarm", ALARM | {"place": place}))
    for _ in range(600):
        work(world)
        for task in world.state.open_tasks():
            if task.awaits is not None:
                world.feed(AnswerTask(f"j{len(world.facts)}", task.id, "false_alarm"))
        if world.state.tasks["v1"].ended:
            break
    assert world.state.tasks["v1"].state is TaskState.COMPLETED
    assert world.state.tasks["v1"].broken_off > 0
    assert [name for name in prompts(world) if name not in before] == []
    assert sum(name.partition("/visit/medication")[1] != "" for name in world.done_acts) == 1


def test_prompts_about_medication_are_never_repeated_automatically_after_an_unknown_act() -> None:
    world, robot = prompted()
    fail(world, robot, "unknown")
    task = world.state.tasks["v1"]
    assert (task.state, task.asks) == (TaskState.SUSPENDED, True)
    for _ in range(60):
        work(world)
    assert task.asks
    assert all(order.startswith(f"{robot.id}.") for order in prompts(world))
    assert not any("medication" in name for name in world.done_acts)


@pytest.mark.parametrize("remedy", [Remedy.RETRY_ELSEWHERE, Remedy.GIVE_BACK])
def test_prompts_about_medication_are_never_repeated_automatically_whatever_the_remedy(remedy: Remedy) -> None:
    world, robot = prompted()
    task = world.state.tasks["v1"]
    task.request = replace(task.request, remedies=replace(task.request.remedies, unknown=remedy))
    fail(world, robot, "unknown")
    before = prompts(world)
    for _ in range(400):
        work(world)
        if task.ended:
            break
    assert task.state is TaskState.COMPLETED
    assert [name for name in prompts(world) if name not in before] == []
    assert not any("medication" in name for name in world.done_acts)


def test_prompts_about_medication_are_never_repeated_automatically_after_a_restart() -> None:
    world, _ = prompted()
    work(world)
    for _ in range(3):
        world.snapshot()
        world.restart()
        world.tell_all()
        work(world)
    for _ in range(200):
        work(world)
    assert world.state.tasks["v1"].state is TaskState.COMPLETED
    assert sum("medication" in name for name in world.done_acts) == 1


def test_a_person_may_have_a_prompt_repeated() -> None:
    world, robot = prompted()
    fail(world, robot, "unknown")
    assert refused(world, AnswerTask("again", "v1", "retry", by="op_1")) == ""
    for _ in range(400):
        work(world)
        if world.state.tasks["v1"].ended:
            break
    assert sum("medication" in name for name in world.done_acts) == 1


def test_a_person_who_has_a_visit_tried_again_does_not_have_a_prompt_repeated_that_was_said() -> None:
    world, robot = prompted()
    work(world)  # it was said
    while robot.next_step is None or robot.next_step.params.get("act") != "visit":
        work(world)
    fail(world, robot, "unknown")
    assert world.state.tasks["v1"].asks
    assert refused(world, AnswerTask("again", "v1", "retry", by="op_1")) == ""
    for _ in range(400):
        work(world)
        if world.state.tasks["v1"].ended:
            break
    assert world.state.tasks["v1"].state is TaskState.COMPLETED
    assert sum("/visit/visit" in name for name in world.done_acts) == 1
    assert sum("medication" in name for name in world.done_acts) == 1


# --- meals -----------------------------------------------------------------------------------------------------------


def test_an_allergy_tag_of_the_recipient_refuses_the_meal() -> None:
    spec = world_of("tiny").site.services["parcel_delivery"]
    tags = replace(spec.params[0], name="tags", type="text", required=False, place_kinds=())
    world = site_with("parcel_delivery", {"params": (*spec.params, tags), "avoidance": Avoidance("to", "tags")})
    world.feed(RecipientsKnown({"home/gate": Recipient(avoids=frozenset({"t7", "t9"}))}))
    assert refused(world, SubmitTask("m1", "parcel_delivery", PARCEL | {"tags": "t1, t9"})) == "tag_conflict"
    assert refused(world, SubmitTask("m2", "parcel_delivery", PARCEL | {"tags": "t1 t2"})) == ""
    assert not any("t9" in repr(fact) for fact in world.facts), "what somebody is to avoid is in no ledger"


def missing(world: CoreWorld, number: int) -> None:
    """Let a visit end with nobody there."""
    world.feed(SubmitTask(f"v{number}", "care_visit", VISIT))
    robot = until_acting(world, f"v{number}")
    world.step(robot, "done", "nobody")
    world.tell(robot)
    for _ in range(10):
        work(world)
    assert world.state.tasks[f"v{number}"].ended


def counted(in_a_row: int) -> CoreWorld:
    act = ActTemplate("greet", "announce", 10.0, repeatable=True, branches=(Branch("nobody", "end:missed"),))
    return site_with(
        "care_visit",
        {
            "stops": (StopTemplate("visit", "param:place", (replace(act, item="", expected_s=10.0),)),),
            "outcomes": outcomes("missed"),
            "streaks": (Streak("place", ("missed",), in_a_row),),
        },
    )


def test_two_missed_in_a_row_are_an_incident_and_closing_it_begins_anew() -> None:
    world = counted(2)
    missing(world, 1)
    assert not world.state.alarms
    missing(world, 2)
    (alarm,) = world.state.alarms.values()
    assert (alarm.condition, alarm.subjects) == ("not_reached", ("home/r101",))
    assert world.state.incidents[alarm.incident].open
    world.check_replay()
    world.feed(AcknowledgeAlarm("k", alarm.id))
    assert refused(world, CloseIncident("c", alarm.incident, "they are well", "op_1", "fine")) == ""
    assert world.state.streaks == {}
    missing(world, 3)
    assert world.state.streaks == {"care_visit:home/r101": 1}


def test_one_that_is_taken_in_between_begins_anew() -> None:
    world = counted(2)
    missing(world, 1)
    world.feed(SubmitTask("taken", "care_visit", VISIT))
    for _ in range(40):
        work(world)
    assert [fact.count for fact in world.facts if isinstance(fact, EndCounted)] == [1, 0]
    missing(world, 2)
    assert not world.state.alarms


def meal(after_s: float) -> CoreWorld:
    spec = world_of("tiny").site.services["parcel_delivery"]
    first, last = spec.stops
    back = StopTemplate(
        "back",
        "param:from",
        (ActTemplate("discard", "give", item="item", to="place", expected_s=5.0, then="end:discarded_fails"),),
        side=True,
    )
    stops = (
        replace(first, expiry=Expiry("earliest", after_s, "end:discarded_fails")),
        replace(last, expiry=Expiry("earliest", after_s, "back")),
        back,
    )
    return site_with("parcel_delivery", {"stops": stops, "outcomes": outcomes("discarded_fails")})


def test_a_meal_on_board_for_more_than_two_hours_is_discarded_and_handed_to_nobody() -> None:
    world = meal(7_200.0)
    world.feed(SubmitTask("m1", "parcel_delivery", PARCEL))
    robot = world.robots["logistics_1"]
    while not robot.load:
        work(world)
    world.pass_time(7_200.0)
    for _ in range(100):
        work(world)
        if world.state.tasks["m1"].ended:
            break
    task = world.state.tasks["m1"]
    assert (task.state, task.reason, world.held["b1"]) == (TaskState.FAILED, "discarded_fails", "place:hub/shelf")
    assert any(fact.word == TOO_LATE for fact in world.facts if isinstance(fact, FlowMoved))
    assert not any("drop_off/give" in name for name in world.done_acts)
    world.check_custody()
    world.check_replay()


def test_a_meal_that_becomes_too_old_on_the_way_is_discarded_too() -> None:
    world = meal(7_200.0)
    world.feed(SubmitTask("m1", "parcel_delivery", PARCEL))
    robot = world.robots["logistics_1"]
    while not robot.load or robot.order is None or world.state.tasks["m1"].next_stop != 1 or robot.next_step is None:
        work(world)
    world.pass_time(7_200.0)
    for _ in range(100):
        work(world)
        if world.state.tasks["m1"].ended:
            break
    assert (world.state.tasks["m1"].reason, world.held["b1"]) == ("discarded_fails", "place:hub/shelf")


def test_a_meal_that_nobody_fetches_in_time_is_discarded_where_it_is() -> None:
    world = meal(600.0)
    world.robots["logistics_1"].reachable = False
    world.feed(SubmitTask("m1", "parcel_delivery", PARCEL))
    world.pass_time(601.0)
    world.feed(Tick())
    assert world.state.tasks["m1"].reason == "discarded_fails"


# --- patrols ---------------------------------------------------------------------------------------------------------


def patrol() -> CoreWorld:
    spec = world_of("tiny").site.services["patrol"]
    remedies = replace(spec.remedies, drive=Remedy.SKIP, act=Remedy.SKIP)
    return site_with("patrol", {"remedies": remedies, "partial": "in_part"})


def route(world: CoreWorld) -> tuple[str, ...]:
    return next(iter(world.site.routes.values()))


def walk(world: CoreWorld, name: str = "p1") -> None:
    for _ in range(300):
        work(world)
        if world.state.tasks[name].ended:
            return
    raise AssertionError("it does not end")


def test_a_checkpoint_that_cannot_be_looked_at_is_missed_and_the_patrol_goes_on() -> None:
    world = patrol()
    world.feed(SubmitTask("p1", "patrol", {"route": next(iter(world.site.routes))}))
    robot = until_acting(world, "p1")
    fail(world, robot)
    walk(world)
    task = world.state.tasks["p1"]
    assert (task.state, task.result, task.missed) == (TaskState.COMPLETED, "in_part", (route(world)[0],))
    (fact,) = [fact for fact in world.facts if isinstance(fact, StopMissed)]
    assert (fact.stop, fact.reason) == (0, "nav_failed")
    world.check_replay()


def test_a_patrol_that_misses_every_checkpoint_has_failed() -> None:
    world = patrol()
    world.feed(SubmitTask("p1", "patrol", {"route": next(iter(world.site.routes))}))
    for _ in route(world):
        fail(world, until_acting(world, "p1"))
    task = world.state.tasks["p1"]
    assert (task.state, task.reason, len(task.missed)) == (TaskState.FAILED, "every_stop_missed", len(route(world)))


def test_a_patrol_without_a_miss_is_whole() -> None:
    world = patrol()
    world.feed(SubmitTask("p1", "patrol", {"route": next(iter(world.site.routes))}))
    walk(world)
    assert (world.state.tasks["p1"].result, world.state.tasks["p1"].missed) == ("well", ())
