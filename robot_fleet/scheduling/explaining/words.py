"""Why a task is where it is, in sentences that an operator reads: Korean and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from robot_fleet.core.clock import format_clock
from robot_fleet.core.explanation import Choice, Explanation, Relaxation, Why
from robot_fleet.scheduling.explaining.word_tables import ABSENT, CHANGES, LACKS, LANGUAGES, PHRASES, REASONS, Table

SHOWN = 2
"""So many other robots are told one by one."""
NAMED = 4
"""So many names are told before the rest is counted."""
SAME_S = 30.0
"""Times less apart than this are told as the same."""


def why_sentences(why: Why, language: str, names: Mapping[str, str] | None = None) -> list[str]:
    """Return what a running fleet says of a task.

    Parameters
    ----------
    language : one of `LANGUAGES`.
    names : what robots, places and services are called, by id; what has no name is called by its id.
    """
    words = _Words(language, names or {}, dict(why.absent), why.service, directed=bool(why.only_on or why.not_on))
    if why.explanation is not None:
        return [*words.explained(why.explanation, why.reason, why.about), *words.directed(why)]
    return list(words.standing(why))


def sentences(told: Explanation, language: str, names: Mapping[str, str] | None = None) -> list[str]:
    """Return an explanation in sentences; see `why_sentences`."""
    return list(_Words(language, names or {}, {}, "").explained(told))


class _Words:
    def __init__(
        self, language: str, names: Mapping[str, str], absent: Mapping[str, str], service: str, directed: bool = False
    ) -> None:
        self._at = LANGUAGES.index(language)
        self._names = names
        self._absent = absent
        self._service = service
        self._directed = directed

    def directed(self, why: Why) -> Iterator[str]:
        """Tell who is to do a task, or who is not, where a person has said so."""
        if why.only_on:
            yield self._say("only_on", robot=self._name(why.only_on))
        if why.not_on:
            yield self._say("not_on", robot=self._name(why.not_on))

    def standing(self, why: Why) -> Iterator[str]:
        """Tell of a task that is under way or ended, or that cannot be planned."""
        blanks = {
            "task": self._title(why.task),
            "robot": self._name(why.robot),
            "reason": self._reason(why.reason, why.about),
        }
        if why.ended_s is None and why.begun_s is None:
            yield self._say("left_out" if why.reason else "in_hand", **blanks)
        elif why.ended_s is None:
            yield self._say("held_up" if why.reason else "underway", **blanks, time=_clock(why.begun_s or 0.0))
        else:
            late = why.late_s is not None and why.late_s >= SAME_S
            margin = self._say("done_late", span=self._span(why.late_s or 0.0)) if late else self._say("done_in_time")
            yield self._say(why.state, **blanks, time=_clock(why.ended_s), margin="" if why.late_s is None else margin)

    def explained(self, told: Explanation, reason: str = "", about: Sequence[str] = ()) -> Iterator[str]:
        """Tell of a task in the plan, or left out of it: for a reason that a fleet gives in place of the plan's own."""
        if told.pinned and told.reason == "no_robot_available":
            absent = _of(ABSENT, self._absent.get(told.pinned, ""), self._at)
            yield self._say("bound", task=self._title(told.task), robot=self._name(told.pinned), absent=absent)
            return
        yield from (
            self._planned(told, told.planned)
            if told.planned is not None
            else self._left_out(told, reason or told.reason, about)
        )
        if not told.pinned and not about:
            yield from self._unable(told)
        if told.absent:
            robots = ", ".join(
                f"{self._name(name)} ({_of(ABSENT, self._absent.get(name, ''), self._at)})"
                for name in told.absent[:NAMED]
            )
            yield self._say("absent", robots=self._more(robots, len(told.absent) - NAMED))
        if told.others and not told.pinned and not self._directed:
            yield self._say("one_other" if told.others == 1 else "others", n=told.others)
        if told.alternatives and not told.pinned:
            yield self._say("cost_is")

    def _planned(self, told: Explanation, planned: Choice) -> Iterator[str]:
        shown = [planned.visits[0], *planned.visits[-1:]] if len(planned.visits) > 1 else planned.visits
        stops = [self._say("stop", place=self._name(stop.place), time=_clock(stop.begin_s)) for stop in shown]
        yield self._say(
            "goes_to",
            task=self._title(told.task),
            robot=self._name(planned.robot),
            stops=_of(PHRASES, "and", self._at).join(stops),
            margin=self._margin(told, planned),
        )
        if planned.behind:
            yield self._say("before_that", tasks=self._list(planned.behind))
        if told.pinned:
            yield self._say("pinned")
            return
        for other in told.alternatives[:SHOWN]:
            yield self._other(planned, other)
        if len(told.alternatives) > SHOWN:
            yield self._say("more_others", n=len(told.alternatives) - SHOWN)
        if not told.alternatives and not self._directed:
            yield self._say("nobody_else")

    def _margin(self, told: Explanation, planned: Choice) -> str:
        if planned.instant_s is None:
            return self._say("no_due")
        late_s = planned.instant_s - told.due_s
        if abs(late_s) < SAME_S:
            return self._say("on_time")
        return self._say("late" if late_s > 0.0 else "early", span=self._span(abs(late_s)))

    def _other(self, planned: Choice, other: Choice) -> str:
        at_s, ours_s = _instant_s(other), _instant_s(planned)
        gap_s = at_s - ours_s
        phrase = "other_same" if abs(gap_s) < SAME_S else "other_later" if gap_s > 0.0 else "other_earlier"
        cost = "unknown_cost"
        rise_s = 0.0
        if planned.cost_s is not None and other.cost_s is not None:
            rise_s = other.cost_s - planned.cost_s
            dearer = "dearer" if phrase == "other_later" else "but_dearer"
            cost = "as_dear" if abs(rise_s) < 1.0 else dearer if rise_s > 0.0 else "cheaper"
        return self._say(
            phrase,
            robot=self._name(other.robot),
            span=self._span(abs(gap_s)),
            time=_clock(at_s),
            since=self._say("since", tasks=self._list(other.behind)) if other.behind else "",
            after=self._say("after", tasks=self._list(other.behind)) if other.behind else "",
            cost=self._say(cost, span=self._span(abs(rise_s))),
        )

    def _left_out(self, told: Explanation, reason: str, about: Sequence[str]) -> Iterator[str]:
        yield self._say("left_out", task=self._title(told.task), reason=self._reason(reason, about))
        if about:
            yield self._say(f"no_next.{reason}")
            return
        for other in told.alternatives[:SHOWN]:
            yield self._say(
                "could_dear",
                robot=self._name(other.robot),
                time=_clock(_instant_s(other)),
                span=self._span(other.cost_s or 0.0),
            )
        for change in told.relaxations:
            first = change.kind == "precedence" and told.reason == "predecessor_left_out"
            yield self._say(
                "would_after" if first else "would",
                robot=self._name(change.choice.robot),
                time=_clock(_instant_s(change.choice)),
                change=self._change(change),
                tasks=self._list(change.tasks),
            )
        waits = f"no_next.{told.reason}"
        if not told.relaxations and waits not in PHRASES:
            yield self._say("no_change")
        if told.next_time is None:
            yield self._say(waits if waits in PHRASES else "no_next")
        else:
            yield self._say(
                "next",
                robot=self._name(told.next_time.robot),
                time=_clock(told.next_time.at_s),
                charge=self._say("charge") if told.next_time.after_charge else "",
            )

    def _change(self, change: Relaxation) -> str:
        key = change.kind
        if key == "place" and not change.tasks:
            key = "place_taken"
        return _of(CHANGES, key, self._at).format(
            span=self._span(change.amount),
            n=f"{change.amount:.1f}" if change.kind == "payload" else f"{change.amount:.0f}",
            place=self._name(change.place or change.name),
            tasks=self._list(change.tasks),
            skills=", ".join(change.skills),
        )

    def _unable(self, told: Explanation) -> Iterator[str]:
        """Tell what robots lack, those that lack the same together."""
        lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for each in told.unable:
            lacking.setdefault((each.lacks, each.skills), []).append(each.robot)
        for (lacks, skills), robots in lacking.items():
            said = _of(LACKS, lacks, self._at).format(skills=", ".join(skills))
            yield self._say("cannot", robots=self._list(robots), lacks=said)

    def _say(self, phrase: str, **blanks: object) -> str:
        return _of(PHRASES, phrase, self._at).format(**blanks)

    def _reason(self, code: str, about: Sequence[str] = ()) -> str:
        if about:
            code += "_named"
        return _of(REASONS, code, self._at).format(names=self._list(about)) if code in REASONS else code

    def _name(self, name: str) -> str:
        return self._names.get(name, name)

    def _title(self, task: str) -> str:
        name = self._name(task)
        return self._say("titled", task=name, service=self._name(self._service)) if self._service else name

    def _list(self, names: Sequence[str]) -> str:
        return self._more(", ".join(self._name(name) for name in names[:NAMED]), len(names) - NAMED)

    def _more(self, names: str, more: int) -> str:
        return self._say("more_names", names=names, n=more) if more > 0 else names

    def _span(self, seconds: float) -> str:
        units = (("{} s", "{}초"), ("{} min", "{}분"), ("{} h", "{}시간"), ("{} h {} min", "{}시간 {}분"))
        if seconds < 59.5:
            return units[0][self._at].format(max(1, round(seconds)))
        minutes = round(seconds / 60.0)
        if minutes < 60:
            return units[1][self._at].format(minutes)
        hours, minutes = divmod(minutes, 60)
        return units[3 if minutes else 2][self._at].format(hours, minutes)


def _instant_s(choice: Choice) -> float:
    """Return the time that a choice is known by: when its lateness is measured, else when its last stop begins."""
    return choice.visits[-1].begin_s if choice.instant_s is None else choice.instant_s


def _clock(at_s: float) -> str:
    return format_clock(at_s)[:-3]


def _of(table: Table, key: str, at: int) -> str:
    return table[key][at]


__all__ = ["LANGUAGES", "sentences", "why_sentences"]
