"""Which facts belong to an incident's timeline, and what each of them says."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.clock import format_clock
from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmShown,
    AlarmSpread,
    AlarmUnshelved,
    ChargeBegan,
    ChargeEnded,
    ChargerDoubted,
    ContactWanted,
    EmergencyStopped,
    Fact,
    HoldSet,
    IncidentClosed,
    IncidentJoined,
    IncidentNoted,
    IncidentOpened,
    ItemMoved,
    JobAnswered,
    JobOpened,
    MaintenanceBegan,
    MaintenanceDone,
    MaintenancePlanned,
    OrderCancelAsked,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    PlaceTakenOut,
    RobotFaulted,
    RobotLinkChanged,
    TaskAnswered,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskHeldUp,
    TaskReleased,
    TaskRequested,
    TaskSuspended,
    VoiceRecorded,
    ZoneClosed,
    ZoneLimited,
    ZoneOpened,
)
from robot_fleet.core.facts.city import CityEventEnded, CityEventLed, CityEventTaken
from robot_fleet.core.order import StepState
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.reports.incidents.timeline import Entry, Scope, Sort
from robot_fleet.reports.incidents.words import (
    A_PERSON,
    ANSWERS,
    FLEET,
    JOBS,
    ORDER_ENDS,
    PURPOSES,
    STEP_ENDS,
    VERDICTS,
    Blank,
    joined,
    sentence,
)


class Teller:
    """Turns facts, in order, into the entries of one incident's timeline.

    Parameters
    ----------
    site : names, and what alarms tell people.
    scope : what the incident is about.
    """

    def __init__(self, site: Site, scope: Scope) -> None:
        self._causes = {code: template.cause for code, template in site.health.alarms.items()}
        self._names: dict[str, Text] = {}
        for things in (site.places, site.robots, site.services, site.zones, site.buildings):
            self._names |= {thing.id: thing.name for thing in things.values()}
        self._kinds = {kind.id: kind.name for kind in site.city.types.values()}
        self._scope = scope
        self._event = ""  # of the city, if the incident is of one
        self._conditions: dict[str, str] = {}
        self._holding: dict[str, dict[str, bool]] = {}  # alarm -> what it tells of, and whether that still holds
        self._order: dict[str, tuple[str, str, str]] = {}  # robot -> order, task and place told of last
        self._robot_of: dict[str, str] = {}  # task -> who had an order for it last
        self._holders: dict[str, str] = {}  # item -> who had it last
        self._services: dict[str, str] = {}
        self._jobs: dict[str, Blank] = {}  # what each job that belongs to the incident is

    def tell(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        """Yield what a fact adds to the timeline."""
        if isinstance(fact, TaskRequested):
            self._services[fact.task] = fact.service
        elif isinstance(fact, OrderSent) and fact.task:
            self._robot_of[fact.task] = fact.robot
        yield from self._city(at_s, fact)
        yield from self._alarm(at_s, fact)
        yield from self._person(at_s, fact)
        yield from self._desk(at_s, fact)
        yield from self._robot(at_s, fact)
        yield from self._task(at_s, fact)
        yield from self._item(at_s, fact)

    def _city(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        match fact:
            case CityEventTaken() if fact.incident == self._scope.incident:
                self._event = fact.event
                kind, area = self._kinds.get(fact.type, fact.type), self._name(fact.subject.partition(":")[2])
                yield self._of_alarm(at_s, fact.alarm, "event_taken", kind=kind, area=area)
            case CityEventLed() if fact.event == self._event:
                yield self._of_alarm(at_s, fact.event, f"event_{fact.to}", thing=self._name(fact.what))
            case CityEventEnded() if fact.event == self._event and fact.how == "closed":
                yield self._by(at_s, fact.by, "event_ended")
            case CityEventEnded() if fact.event == self._event:
                yield self._of_alarm(at_s, fact.event, f"event_{fact.how}")
            case _:
                pass

    def _alarm(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        alarms = self._scope.alarms
        match fact:
            case TaskRequested() if fact.task in alarms:
                places = [place for stop in fact.stops for place in stop.places[:1]]
                called_s = fact.requested_s  # it may have been heard of late
                yield self._of_alarm(called_s, fact.task, "alarm_called", place=self._name(places[0] if places else ""))
            case AlarmShown() if fact.task in alarms:
                yield self._of_alarm(at_s, fact.task, "alarm_shown")
            case AlarmRaised() if fact.alarm in alarms:
                self._holding[fact.alarm] = dict.fromkeys(fact.members, True)
                self._conditions[fact.alarm] = fact.condition
                subjects: list[Blank] = [self._name(member.partition(":")[2]) for member in fact.members]
                cause = self._causes.get(fact.condition, fact.condition)
                yield self._of_alarm(at_s, fact.alarm, "alarm_raised", cause=cause, members=joined(subjects))
            case AlarmSpread() if fact.alarm in alarms:
                held = self._holding.setdefault(fact.alarm, {})
                what = "alarm_spread" if any(held.values()) else "alarm_again"
                held[fact.member] = True
                yield self._of_alarm(at_s, fact.alarm, what, member=self._member(fact.alarm, fact.member))
            case AlarmReceded() if fact.alarm in alarms:
                held = self._holding.setdefault(fact.alarm, {})
                held[fact.member] = False
                what = "alarm_receded" if any(held.values()) else "alarm_cleared"
                yield self._of_alarm(at_s, fact.alarm, what, member=self._member(fact.alarm, fact.member))
            case AlarmUnshelved() if fact.alarm in alarms and not fact.by:
                yield self._of_alarm(at_s, fact.alarm, "alarm_rings_again")
            case IncidentOpened() if fact.incident == self._scope.incident and not fact.by:
                yield self._of_alarm(at_s, fact.alarm, "incident_opened")
            case IncidentJoined() if fact.incident == self._scope.incident:
                named = [fact.alarm] if fact.alarm else []
                told: list[Blank] = [*named, *(self._name(robot) for robot in fact.robots)]
                yield self._of_alarm(at_s, fact.alarm or fact.incident, "incident_joined", joined=joined(told))
            case _:
                pass

    def _person(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        alarms, mine = self._scope.alarms, self._scope.incident
        match fact:
            case AlarmAcknowledged() if fact.alarm in alarms:
                yield self._by(at_s, fact.by, "alarm_acknowledged")
            case AlarmShelved() if fact.alarm in alarms:
                until = format_clock(fact.until_s)
                yield self._by(at_s, fact.by, "alarm_shelved", until=until, reason=fact.reason)
            case AlarmUnshelved() if fact.alarm in alarms and fact.by:
                yield self._by(at_s, fact.by, "alarm_unshelved")
            case IncidentOpened() if fact.incident == mine and fact.by:
                yield self._by(at_s, fact.by, "incident_opened", sentence_of="incident_opened_by")
            case IncidentNoted() if fact.incident == mine:
                yield self._by(at_s, fact.by, "incident_noted", text=fact.text)
            case IncidentClosed() if fact.incident == mine:
                told = [text for text in (VERDICTS.get(fact.verdict, fact.verdict), fact.reason) if text]
                yield self._by(at_s, fact.by, "incident_closed", reason=joined(told))
            case HoldSet() if fact.robot in ("", *self._scope.robots):
                name = self._name(fact.robot) if fact.robot else FLEET
                yield self._by(at_s, fact.by, "held" if fact.hold else "let_go", name=name, why=_why(fact.reason))
            case ZoneClosed() | ZoneOpened():
                word = "zone_closed" if isinstance(fact, ZoneClosed) else "zone_opened"
                yield self._by(at_s, fact.by, word, name=self._name(fact.zone), why=_why(fact.reason))
            case ZoneLimited():
                zone, speed = self._name(fact.zone), f"{fact.speed_mps:g}"
                yield self._by(at_s, fact.by, "zone_limited", name=zone, speed=speed, why=_why(fact.reason))
            case MaintenanceBegan() if fact.robot in self._scope.robots and fact.by:
                robot, why = self._name(fact.robot), _why(fact.reason)
                yield self._by(at_s, fact.by, "maintenance_began", name=robot, why=why)
            case MaintenancePlanned() if fact.robot in self._scope.robots:
                robot, start, end = self._name(fact.robot), format_clock(fact.from_s), format_clock(fact.to_s)
                if fact.from_s == fact.to_s:
                    yield self._by(at_s, fact.by, "maintenance_unplanned", name=robot)
                else:
                    yield self._by(at_s, fact.by, "maintenance_planned", name=robot, start=start, end=end)
            case MaintenanceDone() if fact.robot in self._scope.robots:
                yield self._by(at_s, fact.by, "maintenance_done", name=self._name(fact.robot))
            case _:
                pass

    def _desk(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        match fact:
            case VoiceRecorded() if fact.alarm in self._scope.alarms:
                yield self._by(at_s, fact.by, f"voice_{fact.outcome}")
            case ContactWanted() if fact.alarm in self._scope.alarms:
                yield self._of_alarm(at_s, fact.alarm, f"contact_{fact.kind}")
            case JobOpened() if fact.incident == self._scope.incident or fact.robot in self._scope.robots:
                about = [self._name(thing) for thing in (fact.robot, fact.place) if thing]
                self._jobs[fact.job] = job = joined([JOBS.get(fact.kind, fact.kind), *about])
                if fact.by:
                    yield self._by(at_s, fact.by, "job_opened", job=job, why=_why(fact.text))
                else:  # the fleet itself has sent for them
                    yield self._of_alarm(at_s, fact.alarm or fact.job, "job_sent", job=job, why=_why(fact.text))
            case JobAnswered() if fact.job in self._jobs and not fact.by:
                yield self._of_alarm(at_s, fact.job, "job_off", job=self._jobs[fact.job], why=_why(fact.text))
            case JobAnswered() if fact.job in self._jobs:
                yield self._by(at_s, fact.by, f"job_{fact.answer}", job=self._jobs[fact.job], why=_why(fact.text))
            case _:
                pass

    def _robot(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        robot = getattr(fact, "robot", "")
        if robot not in self._scope.robots:
            return
        match fact:
            case OrderSent():
                order = (fact.order, fact.task, fact.place)
                if self._order.get(robot) != order:  # an update of the same way is no news
                    self._order[robot] = order
                    purpose = self._task_name(fact.task) if fact.task else PURPOSES.get(fact.purpose, fact.purpose)
                    yield self._of_robot(at_s, robot, "robot_sent", purpose=purpose, place=self._name(fact.place))
            case OrderProgressed():
                for result in fact.results:
                    if result.state is not StepState.DONE:
                        state, code = STEP_ENDS[result.state.value], result.code or result.step
                        yield self._of_robot(at_s, robot, "step_failed", state=state, code=code)
            case OrderCancelAsked():
                yield self._of_robot(at_s, robot, "robot_called_off", why=fact.reason)
            case OrderEnded():
                yield self._of_robot(at_s, robot, "robot_order_ended", state=ORDER_ENDS.get(fact.state, fact.state))
            case RobotFaulted():
                yield self._of_robot(at_s, robot, "robot_faulted", code=fact.code, until=format_clock(fact.until_s))
            case RobotLinkChanged():
                yield self._of_robot(at_s, robot, f"link_{fact.state}")
            case ChargerDoubted():
                place = self._name(fact.place)
                yield self._of_robot(at_s, robot, "charger_doubted", place=place, until=format_clock(fact.until_s))
            case PlaceTakenOut():
                yield self._of_robot(at_s, robot, "place_taken_out", place=self._name(fact.place), code=fact.code)
            case EmergencyStopped():
                yield self._of_robot(at_s, robot, "emergency_stopped")
            case ChargeBegan() | ChargeEnded():
                word = "charge_began" if isinstance(fact, ChargeBegan) else "charge_ended"
                yield self._of_robot(at_s, robot, word, soc=f"{fact.soc_pct:.0f}")
            case MaintenanceBegan() if not fact.by:
                yield self._of_robot(at_s, robot, "maintenance_came", name=self._name(robot))
            case _:
                pass

    def _task(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        task = getattr(fact, "task", "")
        robot = self._robot_of.get(task, "")
        mine = robot in self._scope.robots
        if isinstance(fact, TaskCancelled) and (mine or task in self._scope.alarms):
            yield self._by(at_s, fact.by, "task_cancelled", task=task, why=fact.reason)
        if not mine:
            return
        match fact:
            case TaskAnswered():
                yield self._by(at_s, fact.by, "task_answered", task=task, answer=ANSWERS.get(fact.answer, fact.answer))
            case TaskSuspended() if fact.asks:
                yield self._of_robot(
                    at_s, robot, "hand_over" if fact.hands_over else "task_asks", task=task, why=fact.reason
                )
            case TaskReleased() | TaskSuspended() | TaskFailed():
                words = {TaskReleased: "task_released", TaskSuspended: "task_suspended", TaskFailed: "task_failed"}
                yield self._of_robot(at_s, robot, words[type(fact)], task=task, why=fact.reason)
            case TaskHeldUp():
                word = "task_held_up" if fact.reason else "task_goes_on"
                yield self._of_robot(at_s, robot, word, task=task, why=fact.reason)
            case TaskCompleted():
                yield self._of_robot(at_s, robot, "task_completed", task=task, result=fact.result)
            case _:
                pass

    def _item(self, at_s: float, fact: Fact) -> Iterator[Entry]:
        if not isinstance(fact, ItemMoved):
            return
        before = self._holders.get(fact.item, "")
        self._holders[fact.item] = fact.holder
        taker, giver = fact.holder.removeprefix("robot:"), before.removeprefix("robot:")
        if taker != fact.holder and taker in self._scope.robots:
            text = sentence("item_taken", item=fact.item, robot=self._name(taker))
            yield Entry(at_s, Sort.ITEM, fact.item, "item_taken", text)
        elif giver != before and giver in self._scope.robots:
            holder = self._holder(fact.holder)
            text = sentence("item_given", item=fact.item, robot=self._name(giver), holder=holder)
            yield Entry(at_s, Sort.ITEM, fact.item, "item_given", text)

    def _of_alarm(self, at_s: float, alarm: str, what: str, **blanks: Blank) -> Entry:
        return Entry(at_s, Sort.ALARM, alarm, what, sentence(what, **blanks))

    def _by(self, at_s: float, by: str, what: str, *, sentence_of: str = "", **blanks: Blank) -> Entry:
        return Entry(at_s, Sort.PERSON, by, what, sentence(sentence_of or what, by=by, **blanks))

    def _of_robot(self, at_s: float, robot: str, what: str, **blanks: Blank) -> Entry:
        return Entry(at_s, Sort.ROBOT, robot, what, sentence(what, robot=self._name(robot), **blanks))

    def _name(self, thing: str) -> Blank:
        return self._names.get(thing, thing)

    def _member(self, alarm: str, member: str) -> Blank:
        """Return whom an alarm tells of, and what the matter is where that is another than the alarm's own."""
        code, _, subject = member.partition(":")
        name = self._name(subject)
        return name if code == self._conditions.get(alarm) else joined([name, code])

    def _task_name(self, task: str) -> Blank:
        name = self._name(self._services.get(task, task))
        return Text(f"{name.ko} {task}", f"{name.en} {task}") if isinstance(name, Text) else task

    def _holder(self, holder: str) -> Blank:
        sort, _, thing = holder.partition(":")
        return A_PERSON if sort == "person" else self._name(thing)


def _why(reason: str) -> str:
    return f" ({reason})" if reason else ""
