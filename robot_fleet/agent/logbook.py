"""What an agent knows of its order, and how far it has come. All of it is folded from the journal and nothing else.

Each change is one entry. It goes to the journal first and then into the fields, through the very code that reads it
again after a restart, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from robot_fleet.agent.codec import (
    order_from_dict,
    order_to_dict,
    pose_from_list,
    pose_to_list,
    result_from_dict,
    result_to_dict,
)
from robot_fleet.agent.journal import Entry, Journal
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, Step, StepKind, StepResult, StepState

VERSION = 1
REMEMBERED = 1000
"""How many ids of acts and of former orders are kept, the newest ones."""


class Logbook:
    """The agent's memory.

    Attributes
    ----------
    robot : whose it is.
    order : the newest order taken, None before the first.
    results : ends of its steps, in order; the next step has the index `len(results)`.
    begun : id of the step that has been begun and has not ended, or empty.
    origin : where the robot stood when that step was begun; for a drive after a drive, where that one ended.
    until_s : for a begun wait: fleet time of its end.
    stood : where the newest drive or docking that is done left the robot, None before the first.
    cancelled : whether the order has been given up at the manager's wish.
    changes : how many entries have been applied; a cheap way to see that something is new.
    started : ids of acts that may have been started, as keys, oldest first.
    former : ids of orders that were replaced, as keys, oldest first.
    stops, consents : emergency stops so far, and after how many of them the manager says that a person lets it go on.
    """

    def __init__(self, robot: str, journal: Journal) -> None:
        self.robot = robot
        self._journal = journal
        self._unsynced = False
        self.changes = 0
        self.order: Order | None = None
        self.results: list[StepResult] = []
        self.begun = ""
        self.origin: Pose | None = None
        self.until_s = 0.0
        self.stood: Pose | None = None
        self.cancelled = False
        self.started: dict[str, None] = {}
        self.former: dict[str, None] = {}
        self.stops = 0
        self.consents = 0

    def open(self) -> None:
        """Read the journal; a new one is given its first entry.

        Raises
        ------
        OrderError : what `Journal.read` raises; `order_journal_corrupt` for an entry that makes no sense,
            `order_journal_foreign` for another robot's journal, `order_version` for a newer agent's.
        """
        entries = self._journal.read()
        for number, entry in enumerate(entries, start=1):
            try:
                self._apply(entry)
            except OrderError as error:
                if error.code in ("order_journal_foreign", "order_version"):
                    raise
                raise _corrupt(number, str(error)) from error
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise _corrupt(number, repr(error)) from error
        if not entries:
            self._note(self._header())
            self.sync()

    @property
    def next(self) -> Step | None:
        """Return the first step without a result, None when all have one or there is no order."""
        if self.order is None or len(self.results) >= len(self.order.steps):
            return None
        return self.order.steps[len(self.results)]

    @property
    def waits_for_consent(self) -> bool:
        """Return whether an emergency stop holds the robot until a person lets it go on."""
        return self.stops > self.consents

    @property
    def stopped(self) -> bool:
        """Return whether a step ended other than done, so that nothing after it may be started."""
        return bool(self.results) and self.results[-1].state is not StepState.DONE

    @property
    def ended(self) -> bool:
        """Return whether nothing of the order will be started any more unless an update adds to it."""
        return self.order is None or self.cancelled or self.stopped or self.next is None

    def take(self, order: Order) -> None:
        """Write down an order or an update that was admitted.

        Raises
        ------
        OrderError : `order_malformed` if its parameters cannot be written as JSON; nothing has changed.
        """
        known = self.order
        if known is not None and known.id == order.id and known.steps == order.steps:
            entry = {"e": "update", "update": order.update, "released": order.released}
            entry |= {"hold": order.hold, "cancel": order.cancel, "consents": order.consents}
        else:
            entry = {"e": "order", "order": order_to_dict(order)}
        self._note(entry)

    def begin(self, step: Step, origin: Pose, until_s: float = 0.0) -> None:
        """Write down that a step is about to be begun, from where, and for a wait until when; once only."""
        if self.begun != step.id:
            self._note({"e": "begin", "step": step.id, "from": pose_to_list(origin), "until_s": until_s})

    def start_act(self, act_id: str) -> None:
        """Write down that an act is about to be started, once only."""
        if act_id not in self.started:
            self._note({"e": "act", "act_id": act_id})

    def end(self, result: StepResult) -> None:
        """Write down how the next step ended."""
        self._note({"e": "end", "result": result_to_dict(result)})

    def stop(self) -> None:
        """Write down an emergency stop."""
        self._note({"e": "stop"})

    def give_up(self) -> None:
        """Write down that the order is given up at the manager's wish."""
        if not self.cancelled:
            self._note({"e": "give_up"})

    def sync(self) -> None:
        """Make all of it survive a power cut. Comes before anything physical and before any report.

        Raises
        ------
        OrderError : `order_journal_unwritable`.
        """
        if not self._unsynced:
            return
        if self._journal.bulky():
            self._journal.rewrite(self._snapshot())
        else:
            self._journal.sync()
        self._unsynced = False

    def _note(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._unsynced = True
        self._apply(entry)

    def _header(self) -> Entry:
        return {"e": "journal", "v": VERSION, "robot": self.robot}

    def _snapshot(self) -> Sequence[Entry]:
        """Return the fewest entries that amount to the same."""
        memory: dict[str, Any] = {
            "e": "memory",
            "acts": list(self.started),
            "orders": list(self.former),
            "stops": self.stops,
            "consents": self.consents,
        }
        if self.stood is not None:
            memory["stood"] = pose_to_list(self.stood)
        entries: list[Entry] = [self._header(), memory]
        if self.order is not None:
            entries.append({"e": "order", "order": order_to_dict(self.order)})
            entries += [{"e": "end", "result": result_to_dict(result)} for result in self.results]
            if self.begun and self.origin is not None:
                origin = pose_to_list(self.origin)
                entries.append({"e": "begin", "step": self.begun, "from": origin, "until_s": self.until_s})
            if self.cancelled:
                entries.append({"e": "give_up"})
        return entries

    def _apply(self, entry: Entry) -> None:
        self.changes += 1
        _APPLY[entry["e"]](self, entry)

    def _applied_header(self, entry: Mapping[str, Any]) -> None:
        if entry["robot"] != self.robot:
            raise OrderError(
                "order_journal_foreign", f"expected the journal of {self.robot}, got that of {entry['robot']}"
            )
        if entry["v"] != VERSION:
            raise OrderError("order_version", f"expected a journal of version {VERSION}, got {entry['v']!r}")

    def _applied_memory(self, entry: Mapping[str, Any]) -> None:
        self.started = dict.fromkeys(map(str, entry["acts"]))
        self.former = dict.fromkeys(map(str, entry["orders"]))
        self.stops, self.consents = int(entry.get("stops", 0)), int(entry.get("consents", 0))
        self.stood = pose_from_list(entry["stood"]) if "stood" in entry else None

    def _applied_order(self, entry: Mapping[str, Any]) -> None:
        order = order_from_dict(entry["order"])
        if self.order is not None and self.order.id != order.id:
            _remember(self.former, self.order.id)
            self.results = []
            self.begun, self.origin, self.cancelled = "", None, False
        self.order = order
        self._let_go(order.consents)

    def _applied_update(self, entry: Mapping[str, Any]) -> None:
        if self.order is None:
            raise OrderError("order_malformed", "an update without an order")
        self.order = replace(
            self.order,
            update=int(entry["update"]),
            released=int(entry["released"]),
            hold=bool(entry["hold"]),
            cancel=bool(entry["cancel"]),
            consents=int(entry.get("consents", 0)),
        )
        self._let_go(self.order.consents)

    def _applied_stop(self, entry: Mapping[str, Any]) -> None:
        del entry
        self.stops += 1

    def _let_go(self, consents: int) -> None:
        self.consents = max(self.consents, consents)
        self.stops = max(self.stops, self.consents)  # where this journal is younger than the manager's ledger

    def _applied_begin(self, entry: Mapping[str, Any]) -> None:
        self.begun = str(entry["step"])
        self.origin = pose_from_list(entry["from"])
        self.until_s = float(entry["until_s"])

    def _applied_act(self, entry: Mapping[str, Any]) -> None:
        _remember(self.started, str(entry["act_id"]))

    def _applied_end(self, entry: Mapping[str, Any]) -> None:
        result = result_from_dict(entry["result"])
        step = self.next
        if step is None or step.id != result.step:
            raise OrderError("order_malformed", f"a result of step {result.step}, which is not the next one")
        self.results.append(result)
        self.begun, self.origin = "", None
        if result.state is StepState.DONE and step.kind in (StepKind.DRIVE, StepKind.DOCK):
            self.stood = step.target

    def _applied_give_up(self, entry: Mapping[str, Any]) -> None:
        del entry
        self.cancelled = True


def _corrupt(number: int, what: str) -> OrderError:
    return OrderError(
        "order_journal_corrupt",
        f"entry {number} makes no sense ({what}); what this robot has done is not known any more: look at it, then "
        "move the journal aside",
    )


def _remember(ids: dict[str, None], new: str) -> None:
    ids[new] = None
    if len(ids) > REMEMBERED:
        del ids[next(iter(ids))]


_APPLY: dict[str, Callable[[Logbook, Mapping[str, Any]], None]] = {
    "journal": Logbook._applied_header,
    "memory": Logbook._applied_memory,
    "order": Logbook._applied_order,
    "update": Logbook._applied_update,
    "begin": Logbook._applied_begin,
    "act": Logbook._applied_act,
    "end": Logbook._applied_end,
    "give_up": Logbook._applied_give_up,
    "stop": Logbook._applied_stop,
}
