"""A picture from above of a run: robots' ways on the site's map, acts, calls for help, faults, contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign import marks, ways
from robot_fleet.reports.campaign.labels import Labels
from robot_fleet.reports.campaign.legend import broken_places, legend, scale_bar, scale_corner
from robot_fleet.reports.campaign.markup import anchor, h, svg
from robot_fleet.reports.campaign.model import Fault, Run, Scenario
from robot_fleet.reports.campaign.trace import Act, Motion, Track
from robot_fleet.reports.campaign.view import Point, View, view_of
from robot_fleet.reports.campaign.walls import Walls
from robot_fleet.reports.campaign.words import elapsed, named, say

_HEAD = 34.0
_ON_SITE = "alarm_on_site"
_ROOM_BESIDE = 12.0
_BESIDE = 1.8
"""By so much ways of two robots are apart that took the same one."""


def style() -> str:
    """Return the look of pictures, in light and in dark."""
    return Path(__file__).with_name("picture.css").read_text(encoding="utf-8")


def alone(picture: Element) -> Element:
    """Give a picture its look, and its size, so that it can stand in a file of its own."""
    _, _, width, height = picture.attrib["viewBox"].split()
    picture.attrib |= {"width": width, "height": height}
    picture.insert(0, h("style", {}, style()))
    return picture


def picture(scenario: Scenario, run: Run, motion: Motion, walls: Walls | Element | None, language: str) -> Element:
    """Return the picture of a run.

    Parameters
    ----------
    walls : of the site; or a `use` element of walls that stand elsewhere in the same document; None for no map.
    language : `en` or `ko`.
    """
    view = view_of(_points(run, motion))
    drawing = _Drawing(run, motion, view, language)
    ground = [*_ground(walls, view), *drawing.layers()]
    told = f"{named(scenario.name, language)} · {say('seed', language)} {run.seed} · "
    told += say("passed" if run.passed else "failed", language)
    head = h("text", {"class": "head", "x": 14.0, "y": 22.0}, told)
    key, key_height = legend(scenario, run, motion, drawing.used, language)
    clip = anchor("clip", f"{scenario.id}-{run.seed}")
    return svg(
        view.width,
        _HEAD + view.height + key_height,
        say("picture_of", language).format(told=told, robots=", ".join(motion.robots)),
        h("rect", {"class": "panel", "width": "100%", "height": "100%"}),
        head,
        h("clipPath", {"id": clip}, h("rect", {"width": view.width, "height": view.height})),
        h("g", {"transform": f"translate(0 {_HEAD:g})", "clip-path": f"url(#{clip})"}, *ground),
        h("g", {"transform": f"translate(0 {_HEAD + view.height:.1f})"}, *key),
        css="picture",
    )


def _points(run: Run, motion: Motion) -> Iterator[Point]:
    for track in motion.robots.values():
        yield float(track.x_m.min()), float(track.y_m.min())
        yield float(track.x_m.max()), float(track.y_m.max())
    for fault in run.faults:
        yield from fault.shape or ()


def _ground(walls: Walls | Element | None, view: View) -> Iterator[Element]:
    yield h(
        "rect", {"class": "ground" if walls is not None else "map-floor", "width": view.width, "height": view.height}
    )
    if walls is not None:
        yield h("g", {"transform": view.transform}, *(wall_paths(walls) if isinstance(walls, Walls) else [walls]))


def wall_paths(walls: Walls) -> list[Element]:
    """Return a map's ground and walls, in metres of the map."""
    place = {"x": walls.x_m, "y": walls.y_m, "width": walls.width_m, "height": walls.height_m}
    found = [h("rect", {"class": "map-floor", **place})]
    found += [h("path", {"class": "map-unknown", "d": walls.unknown})] if walls.unknown else []
    found += [h("path", {"class": "map-wall", "d": walls.blocked})] if walls.blocked else []
    return found


class _Drawing:
    """The marks of a run. `used` says which sorts of marks there are, for the legend."""

    def __init__(self, run: Run, motion: Motion, view: View, language: str) -> None:
        self._run, self._motion, self._view, self._language = run, motion, view, language
        self._labels = Labels(view.width, view.height)
        self._corner = scale_corner(view, motion)
        self._labels.keep_box(self._corner)
        self.used: set[str] = set()

    def layers(self) -> list[Element]:
        """Return everything, in the order in which it lies one upon the other."""
        acts = list(self._acts())
        names = self._names()  # before all other words: they need room most
        shapes, shapes_said = self._shapes()
        struck, struck_said = self._struck()
        calls, calls_said = self._calls()
        broken, broken_said = self._broken()
        robots, robots_said = self._robots()
        return [
            h("g", {}, *self._people(), *shapes),
            h("g", {}, *robots),
            h("g", {}, *acts, *struck, *calls, *broken),
            h("g", {}, *names, *robots_said, *shapes_said, *struck_said, *calls_said, *broken_said),
            scale_bar(self._view, self._corner),
        ]

    def _people(self) -> Iterator[Element]:
        for track in self._motion.people.values():
            drawn = ways.line(track, self._view, "person", ways.ROUGHLY)
            if drawn is not None:
                self.used.add("person")
                yield drawn

    def _names(self) -> list[Element]:
        """Return the robots' names, where they began."""
        robots = self._motion.robots
        begins = [self._view.at(float(track.x_m[0]), float(track.y_m[0])) for track in robots.values()]
        for x, y in begins:
            self._labels.keep(x, y, 6.0)
        return [
            each
            for index, (name, (x, y)) in enumerate(zip(robots, begins, strict=True))
            for each in self._say(x, y, name, f"of halo {marks.colour(index)}")
        ]

    def _robots(self) -> tuple[list[Element], list[Element]]:
        robots = self._motion.robots
        said: list[Element] = []
        drawn: list[Element] = []
        for index, (name, track) in enumerate(robots.items()):
            parts: list[Element] = []
            if not ways.stood(track):
                way, times = self._way(index, track)
                x, y = self._view.at(float(track.x_m[0]), float(track.y_m[0]))
                parts += [way, h("circle", {"class": "start", "cx": x, "cy": y, "r": 4.5})]
                said += times
            parts += self._standing(track)
            drawn.append(h("g", {"class": marks.colour(index)}, h("title", {}, name), *parts))
        return drawn, said

    def _way(self, index: int, track: Track) -> tuple[Element, list[Element]]:
        """Return the way of a robot, a bit beside those of others that drove there, and its times."""
        beside = _BESIDE * (index - (len(self._motion.robots) - 1) / 2.0)
        parts = [ways.line(track, self._view, f"way {marks.dashes(index)}".strip()), *ways.arrows(track, self._view)]
        said: list[Element] = []
        every_s = ways.even_s(self._run.end_s - self._run.begin_s)
        for at_s, (x, y) in ways.times(track, self._view, self._run.begin_s, every_s):
            self.used.add("tick")
            parts.append(h("circle", {"class": "tick", "cx": x, "cy": y, "r": 3.6}))
            said += self._say(x + beside, y + beside, elapsed(at_s), "small halo")
        return h("g", {"transform": f"translate({beside:.1f} {beside:.1f})"}, *parts), said

    def _standing(self, track: Track) -> list[Element]:
        """Return a robot where it is in the end."""
        x, y = self._view.at(float(track.x_m[-1]), float(track.y_m[-1]))
        scale = self._view.scale
        return marks.body(
            x, y, -float(track.yaw_rad[-1]), float(track.length_m[-1]) * scale, float(track.width_m[-1]) * scale
        )

    def _acts(self) -> Iterator[Element]:
        at_one: Counter[tuple[int, int]] = Counter()
        for each in self._motion.acts:
            sort = sort_of(each)
            if sort is None:
                continue
            self.used.add(sort)
            x, y = self._view.at(each.x_m, each.y_m)
            spot = round(x / 8.0), round(y / 8.0)
            beside = at_one[spot]
            at_one[spot] += 1
            x += _ROOM_BESIDE * (beside + 1)
            self._labels.keep(x, y, 6.0)
            said = f"{elapsed(each.t_s - self._run.begin_s)} {each.robot} {each.event}"
            yield h("g", {}, h("title", {}, said), marks.act(sort, x, y))

    def _calls(self) -> tuple[list[Element], list[Element]]:
        drawn: list[Element] = []
        said: list[Element] = []
        for call in calls(self._run):
            track = self._motion.robots.get(call.robot)
            if track is None:
                continue
            self.used.add("alarm")
            row = track.row(call.raised_s + call.took_s)
            x, y = self._view.at(float(track.x_m[row]), float(track.y_m[row]))
            y -= _ROOM_BESIDE
            self._labels.keep(x, y, 8.0)
            told = f"{call.request}: {say('on_site_after', self._language).format(s=f'{call.took_s:.0f}')}"
            drawn.append(h("g", {}, h("title", {}, told), *marks.alarm(x, y)))
            said += self._say(x, y, f"{call.request}: {call.took_s:.0f} s", "bad halo", 3.0)
        return drawn, said

    def _shapes(self) -> tuple[list[Element], list[Element]]:
        """Return what stood in the way or walked there."""
        drawn: list[Element] = []
        said: list[Element] = []
        for fault, told in self._faults():
            if fault.shape:
                corners = [self._view.at(x_m, y_m) for x_m, y_m in fault.shape]
                way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"
                drawn.append(h("path", {"class": "fault", "d": way}, h("title", {}, told)))
                self.used.add("fault")
                middle = sum(y for _, y in corners) / len(corners)
                said += self._say(max(x for x, _ in corners), middle, told, "warn halo")
        return drawn, said

    def _struck(self) -> tuple[list[Element], list[Element]]:
        """Return the robots that a fault struck, where they were when it began."""
        drawn: list[Element] = []
        said: list[Element] = []
        for fault, told in self._faults():
            for robot in fault.robots:
                track = self._motion.robots.get(robot)
                if track is not None and fault.begin_s is not None:
                    row = track.row(fault.begin_s)
                    x, y = self._view.at(float(track.x_m[row]), float(track.y_m[row]))
                    self._labels.keep(x, y, 9.0)
                    drawn.append(h("g", {}, h("title", {}, told), marks.bolt(x, y)))
                    self.used.add("bolt")
                    said += self._say(x, y, told, "warn halo", 3.0)
        return drawn, said

    def _faults(self) -> Iterator[tuple[Fault, str]]:
        """Yield the faults that came about, and what is said of each."""
        for fault in self._run.faults:
            if fault.struck and fault.begin_s is not None:
                yield fault, f"{fault.id} {elapsed(fault.begin_s - self._run.begin_s)}"

    def _broken(self) -> tuple[list[Element], list[Element]]:
        drawn: list[Element] = []
        said: list[Element] = []
        for piece in broken_places(self._run):
            assert piece.x_m is not None and piece.y_m is not None
            x, y = self._view.at(piece.x_m, piece.y_m)
            self._labels.keep(x, y, 7.0)
            at = "" if piece.at_s is None else elapsed(piece.at_s - self._run.begin_s)
            drawn.append(h("g", {}, h("title", {}, f"{at} {piece.what}".strip()), marks.cross(x, y)))
            self.used.add("cross")
            said += self._say(x, y, at, "bad small halo")
        return drawn, said

    def _say(self, x: float, y: float, text: str, css: str, away: float = 0.0) -> list[Element]:
        spot = self._labels.place(x, y, text, away)
        return [] if spot is None else [h("text", {"class": css, "x": spot[0], "y": spot[1]}, text)]


def sort_of(act: Act) -> str | None:
    """Return which mark an act has; leaving a charger has none."""
    verb = act.event.partition(":")[0]
    return None if verb == "undock" else verb if verb in marks.ACTS else "act"


@dataclass(frozen=True, slots=True)
class Call:
    """A call for help, and the robot that came first, so many seconds after it."""

    request: str
    robot: str
    raised_s: float
    took_s: float


def calls(run: Run) -> list[Call]:
    """Return the calls for help that a robot came to: as a judge saw it in the trace, else as the fleet says."""
    asked = {request.id: request for request in run.requests}
    found = {}
    for alarm in run.alarms:
        request = asked.get(alarm.request)
        if request is not None and request.robot and alarm.robot_on_site_s is not None:
            found[request.id] = Call(request.id, request.robot, request.requested_s, alarm.robot_on_site_s)
    for verdict in run.expectations:
        for piece in verdict.evidence if verdict.expect == _ON_SITE else ():
            request = asked.get(piece.request)
            if request is not None and piece.robot and piece.value is not None:
                found[request.id] = Call(request.id, piece.robot, request.requested_s, piece.value)
    return list(found.values())
