"""`Fleet.decide(input, now) -> facts, effects`: one turn of the core.

A turn takes one input in, lets the plan, the orders and the releases follow from it, and returns what has happened
(facts, already applied to the state) and what is wanted (effects). Whoever calls it writes the facts to the ledger
before any effect leaves; if that fails the process must end, since the state is ahead of the ledger then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from robot_fleet.core.arrangements import (
    AddSchedule,
    DeleteTemplate,
    EndSchedule,
    PauseSchedule,
    RenameTemplate,
    ResumeSchedule,
    ReviseSchedule,
    SaveTemplate,
    SkipOccurrence,
)
from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer, Effect, SendOrder
from robot_fleet.core.errors import RequestError
from robot_fleet.core.explanation import Why
from robot_fleet.core.facts import AlarmShown, Fact
from robot_fleet.core.fleet import charging, dispatch, explaining, orders, planning, pricing, progress, supplying
from robot_fleet.core.fleet.alarming import contacting, counting, coverage, ringing
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.fleet.city import city
from robot_fleet.core.fleet.commands import (
    answering,
    arranging,
    batch,
    directing,
    equipment_words,
    handing_over,
    jobs,
    places,
    rating,
    requests,
    servicing,
    withdrawing,
    zones,
)
from robot_fleet.core.fleet.right_of_way import blocking, equipping, lawful, release, survey
from robot_fleet.core.fleet.state import FleetState, Observations
from robot_fleet.core.fleet.tasks import asking_first, flowing, recovery, recurring, retiring, skipping, unattended
from robot_fleet.core.fleet.turn import Agenda, Ports, PortsNow, Turn
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AlarmWasShown,
    AnswerJob,
    AnswerTask,
    BeginMaintenance,
    CancelTask,
    CloseIncident,
    CloseZone,
    CloseZones,
    ConditionsSeen,
    DirectTask,
    EndCityEvent,
    EndMaintenance,
    EquipmentReported,
    HoldTask,
    Input,
    LimitZone,
    MendPlace,
    NoteIncident,
    OpenIncident,
    OpenJob,
    OpenZone,
    OpenZones,
    PathMeasured,
    PlaceSensed,
    PlanImproved,
    PlanMaintenance,
    PrioritiseTask,
    PutEquipmentBack,
    RateTask,
    RecipientsKnown,
    RecordVoice,
    ReportReceived,
    RestorePaper,
    ResumeTask,
    SequenceTask,
    SetHold,
    ShelveAlarm,
    SignShift,
    SubmitTask,
    SubmitTasks,
    TakeCityEvent,
    TakeEquipmentOut,
    TakePlaceOut,
    TakeShift,
    Tick,
    UnshelveAlarm,
    WithdrawPaper,
)
from robot_fleet.core.ports import Roads
from robot_fleet.core.price import Price
from robot_fleet.core.site import Site

_REACHING = (SubmitTask, SubmitTasks, RecordVoice, AnswerTask)
"""Inputs after which somebody may have to be reached at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn led to, in order."""

    facts: tuple[Fact, ...]
    effects: tuple[Effect, ...]


class Fleet:
    """The core of one fleet.

    Parameters
    ----------
    site : the validated site.
    ports : roads, planner, checker and right of way; pure, so that the same inputs give the same facts.
    history : facts of an earlier run, oldest first; they are applied and nothing else.
    state : what earlier facts than those amount to (a snapshot), if not the beginning of a day.
    """

    def __init__(self, site: Site, ports: Ports, history: Iterable[Fact] = (), state: FleetState | None = None) -> None:
        self.site = site
        self.ports = ports
        self.state: FleetState = initial_state(site) if state is None else state
        self.seen = Observations()
        self.agenda = Agenda()
        self._ports_now = PortsNow(site, ports)
        for fact in history:
            apply(self.state, fact)

    @property
    def roads(self) -> Roads:
        """The roads as plans see them now."""
        return self._ports_now.of(self.state).roads

    def decide(self, news: Input, now: Now) -> Outcome:
        """Take one input in and return what follows. Never raises for what people or robots send."""
        turn = Turn(self.site, self._ports_now, self.state, self.seen, self.agenda, now)
        try:
            self._take_in(turn, news)
        except RequestError as refused:
            key = getattr(news, "key", "")
            turn.effects.append(Answer(key, False, "", refused.code, refused.message, where=refused.where))
        else:
            self._follow(turn, news)
        return Outcome(tuple(turn.facts), tuple(turn.effects))

    def explain(self, task: str, now: Now) -> Why:
        """Return why a task is where it is. Nothing changes by it.

        Raises
        ------
        RequestError : `request_unknown_task`.
        """
        turn = Turn(self.site, self._ports_now, self.state, self.seen, self.agenda, now)
        return explaining.why(turn, task)

    def price(self, wish: DirectTask | SequenceTask, now: Now) -> Price:
        """Return what a wish would cost about who does a task, or after what. Nothing changes by it.

        Raises
        ------
        RequestError : as for the wish itself.
        """
        turn = Turn(self.site, self._ports_now, self.state, self.seen, self.agenda, now)
        return pricing.price(turn, wish)

    def _take_in(self, turn: Turn, news: Input) -> None:
        match news:
            case ReportReceived(report):
                progress.report(turn, report)
            case ConditionsSeen(source, conditions):
                self.seen.conditions[source] = conditions
                self.seen.watched_s[source] = turn.now.steady_s
            case EquipmentReported(said):
                equipping.hear(turn, said)
            case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm() | RecordVoice():
                answering.answer_alarm(turn, news)
            case OpenIncident() | NoteIncident() | CloseIncident():
                answering.answer_incident(turn, news)
            case OpenJob() | AnswerJob():
                jobs.change(turn, news)
            case BeginMaintenance() | PlanMaintenance() | EndMaintenance():
                servicing.change(turn, news)
            case Tick():
                progress.watch_links(turn)
                progress.watch_waits(turn)
                unattended.watch(turn)
                flowing.expire(turn)
                skipping.watch(turn)
                asking_first.watch(turn)
                servicing.begin_planned(turn)
                zones.open_due(turn)
                city.keep(turn)
                blocking.clear_due(turn)
                charging.watch(turn)
                supplying.supply(turn)
                recurring.ask(turn)
                self.agenda.ticked_s = turn.now.fleet_s
                self.agenda.moved = True
            case SubmitTask():
                requests.submit(turn, news)
            case SubmitTasks():
                batch.submit_all(turn, news)
            case CancelTask():
                requests.cancel(turn, news)
            case AnswerTask():
                recovery.answer(turn, news)
            case PrioritiseTask() | DirectTask() | SequenceTask() | HoldTask() | ResumeTask():
                directing.change(turn, news)
            case SetHold():
                requests.set_hold(turn, news)
            case CloseZone() | CloseZones() | OpenZone() | OpenZones() | LimitZone():
                zones.change(turn, news)
            case WithdrawPaper() | RestorePaper():
                withdrawing.change(turn, news)
            case TakeCityEvent() | EndCityEvent():
                city.change(turn, news)
            case SignShift() | TakeShift():
                handing_over.change(turn, news)
            case RateTask():
                rating.rate(turn, news)
            case (
                AddSchedule()
                | ReviseSchedule()
                | PauseSchedule()
                | ResumeSchedule()
                | SkipOccurrence()
                | EndSchedule()
                | SaveTemplate()
                | RenameTemplate()
                | DeleteTemplate()
            ):
                arranging.change(turn, news)
            case PlaceSensed(place, items, people):
                progress.place_sensed(turn, place, items, people)
            case TakePlaceOut() | MendPlace():
                places.change(turn, news)
            case TakeEquipmentOut() | PutEquipmentBack():
                equipment_words.change(turn, news)
            case RecipientsKnown(recipients):
                self.seen.recipients = recipients
            case PathMeasured():
                survey.measured(turn, news)
            case PlanImproved(job, plan):
                planning.improved(turn, job, plan)
            case AlarmWasShown(task):
                alarm = self.state.alarms.get(task)
                if alarm is not None and alarm.shown_s is None:
                    turn.emit(AlarmShown(task, turn.now.fleet_s))

    def _follow(self, turn: Turn, news: Input) -> None:
        agenda = self.agenda
        ticked = isinstance(news, Tick)
        if ticked or agenda.moved:
            lawful.judge(turn)
        if agenda.moved:
            equipping.watch(turn)
        if ticked or (turn.facts and isinstance(news, _REACHING)):
            contacting.look(turn)
        early = planning.too_early(turn)
        replan = agenda.replan and not early and not requests.may_wait(turn, news)
        if replan or ticked:
            dispatch.take_back(turn)
        if replan or (ticked and not early and turn.now.fleet_s - agenda.planned_s >= planning.REPLAN_EVERY_S):
            planning.replan(turn)
        if (
            isinstance(news, SubmitTask)
            and news.key in self.state.tasks
            and not any(isinstance(effect, Answer) for effect in turn.effects)
        ):
            requests.answer(turn, news.key)
        if agenda.moved:
            dispatch.dispatch(turn)
            release.release(turn)
        counting.count(turn)  # before tasks that have ended leave the live state
        if ticked:
            ringing.watch(turn)
            coverage.look(turn)
            self._ask_again(turn)
            equipping.ask_again(turn)
            survey.ask(turn)
            retiring.retire(turn)
        if ticked or turn.facts:
            ringing.follow(turn)
        for name in agenda.wishes:
            order = orders.wished_order(turn, self.state.robots[name])
            if order is not None:
                turn.effects.append(SendOrder(order))
        agenda.wishes.clear()

    def _ask_again(self, turn: Turn) -> None:
        """Wish again for every order that its robot does not report as accepted."""
        for robot in self.state.robots.values():
            order = robot.busy
            if order is None:
                continue
            report = self.seen.reports.get(robot.id)
            if report is None or (report.order, report.update) != (order.id, order.update):
                turn.wish(robot.id)
