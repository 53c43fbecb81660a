"""The state of the traffic while one release is worked out, and the search that proves it safe.

The safety argument is that of the Banker's algorithm (E. W. Dijkstra, EWD 108, 1965), carried over to vehicles that are
granted zones of a guide path (S. A. Reveliotis, "Conflict resolution in AGV systems", IIE Transactions 32, 2000).
Robots are the customers, elements of the lane graph the credit. A robot *in transit* has a way to go before it can
rest; it holds some elements and has announced every one that it will still ask for. What it holds it drives without
asking, so it can be thought of as standing at the end of it, its *stop*. A state is safe if the robots in transit can
be put into an order in which each, by itself, runs to the end of its way while all others stand at their stops, and
then rests at a place, where it keeps nothing but that place's vertex.

- *No deadlock*: a grant is made only if the state after it is safe. In a safe state the first robot of the order needs
  nothing that anybody holds, so it can be granted lane after lane until it rests, and each such grant leaves the same
  order valid. So somebody can always move until all rest.
- *No touch*: a lane and its end are granted only if nobody else holds an element that conflicts with either; held are
  all lanes not yet left behind with their ends, or the vertex where the robot stands.
- *Delays do not matter*: nothing here is about time. Elements come back only when a robot says that it has left them.

Robots are numbered; sets of robots are the bits of small integers, sets of elements those of long ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from robot_fleet.core.ports import Traveller
from robot_fleet.traffic.ways import Ways


class Bank:
    """Who holds what, who still needs what, and whether all can come to rest.

    Parameters
    ----------
    ways : the lane graph, and the ways that the robots are on.
    travellers : the robots, in the order in which the search shall try them.

    Attributes
    ----------
    granted : lanes of `wanted` granted here, per robot.
    resting : bits of the robots that rest at a place and hold no lane.
    """

    def __init__(self, ways: Ways, travellers: Sequence[Traveller]) -> None:
        self._masks = ways.conflicts.masks
        self._count = len(travellers)
        self._everybody = (1 << self._count) - 1
        self.granted = [0] * self._count
        self.resting = 0
        self._standing = 0  # those who hold no lane, but the vertex where they are
        self._keys: list[tuple[tuple[int, int], ...]] = []  # per robot, per lane of `wanted`: lane, end vertex
        self._endless = 0  # those whose way ends where they could never rest: they wait for themselves
        self._needs: list[tuple[int, ...]] = []  # per robot, after n grants: the elements that it will still ask for
        self._bars: list[int] = []  # per robot: the elements that nobody else can have while it holds what it holds
        self._stop_bars: list[int] = []  # per robot: the same, once it has come to the end of what it holds
        self._rest_bars: list[int] = []  # per robot: the same, once it has come to the end of its way
        for number, traveller in enumerate(travellers):
            self._enter(ways, number, traveller)
        # Bits of the robots whose stop (final rest) conflicts with what a robot will still ask for.
        self._waits = [
            self._hit_by(i, self._needs[i][0], self._stop_bars) | self._endless & 1 << i for i in range(self._count)
        ]
        self._ends = [self._hit_by(i, self._needs[i][0], self._rest_bars) for i in range(self._count)]
        self._stuck = self._search()

    def stuck(self) -> int:
        """Return the bits of the robots in transit for which no order of completion was found; 0 if safe."""
        return self._stuck

    def barred_by_resting(self, number: int) -> int:
        """Return the bits of the resting robots that stand on the way of a robot."""
        return self._waits[number] & self.resting & ~(1 << number)

    def step_is_free(self, number: int, lanes: int = 1) -> bool:
        """Return whether nobody else holds anything that conflicts with the next lanes of a robot and their ends."""
        step = self.needs(number, lanes)
        return not any(bars & step for other, bars in enumerate(self._bars) if other != number)

    def grant(self, number: int, lanes: int = 1) -> bool:
        """Grant the next lanes of a robot if all of them are free and the state stays as safe as it is.

        In a safe state the state after it is safe. In an unsafe one (a fault, a changed way) nobody becomes stuck who
        was not, and the robot itself is not stuck: robots that can complete go on, the others wait.
        """
        if not self.step_is_free(number, lanes):
            return False
        bit = 1 << number
        done = self.granted[number] + lanes
        keys = self._keys[number][done - lanes : done]
        before = self._stop_bars[number], list(self._waits), self._ends[number], self.resting
        stop = self._masks[keys[-1][1]]
        need = self._needs[number][done]
        for other in range(self._count):
            if other != number:
                meets = self._needs[other][self.granted[other]] & stop
                self._waits[other] = self._waits[other] | bit if meets else self._waits[other] & ~bit
        waits = self._hit_by(number, need, self._stop_bars, self._waits[number])
        self._waits[number] = waits | self._endless & bit
        self._ends[number] = self._hit_by(number, need, self._rest_bars, self._ends[number])
        self._stop_bars[number] = stop
        self.resting &= ~bit
        self.granted[number] = done
        if not self._stays_safe(number):
            self._stop_bars[number], self._waits, self._ends[number], self.resting = before
            self.granted[number] = done - lanes
            return False
        held = 0 if self._standing & bit else self._bars[number]  # where it stands is part of the first lane
        self._standing &= ~bit
        for lane, end in keys:
            held |= self._masks[lane] | self._masks[end]
        self._bars[number] = held
        return True

    def needs(self, number: int, lanes: int) -> int:
        """Return the elements of the next lanes of a robot and their ends, as bits."""
        done = self.granted[number]
        step = 0
        for lane, end in self._keys[number][done : done + lanes]:
            step |= 1 << lane | 1 << end
        return step

    def enters(self, number: int, lanes: int, zone: int) -> bool:
        """Return whether the next lanes of a robot conflict with elements of a zone, given as bits."""
        done = self.granted[number]
        return any(
            (self._masks[lane] | self._masks[end]) & zone for lane, end in self._keys[number][done : done + lanes]
        )

    def clearing(self, number: int, zone: int) -> int:
        """Return the bits of a robot and of those that must be able to go on so that a zone becomes free for it.

        These are the robots that hold something in the zone, those that stand on the way of one of them, those in
        transit whose way leads over the end of one of them, and so on. An order of completion of all is still one if
        these are taken first: they come to rest even if nobody else moves.
        """
        found = 1 << number
        for other, bars in enumerate(self._bars):
            if bars & zone:
                found |= 1 << other
        transit = [i for i in range(self._count) if not self.resting >> i & 1]
        new = found
        while new:
            further = 0
            for i in _numbers(new):
                further |= self._waits[i] if i != number else 0
                for other in transit:
                    further |= 1 << other if self._ends[other] >> i & 1 else 0
            new = further & ~found
            found |= new
        return found

    def _enter(self, ways: Ways, number: int, traveller: Traveller) -> None:
        robot, travel_class, places = traveller.robot, traveller.footprint_class, ways.site.vertices
        held = ways.keys(robot, travel_class, traveller.at, traveller.held)
        stop = ways.site.lanes[traveller.held[-1]].end if held else traveller.at
        if not held:
            self._standing |= 1 << number
            if places[stop].place:
                self.resting |= 1 << number
        stop_bars = self._masks[held[-1][1] if held else ways.conflicts.vertex(travel_class, stop)]
        bars = stop_bars
        for lane, end in held:
            bars |= self._masks[lane] | self._masks[end]
        way = ways.ahead(robot, travel_class, stop, traveller.wanted)
        self._keys.append(way.keys)
        self._needs.append(way.needs)
        self._bars.append(bars)
        self._stop_bars.append(stop_bars)
        self._rest_bars.append(self._masks[way.keys[-1][1]] if way.keys else stop_bars)
        if way.lanes and not places[ways.site.lanes[way.lanes[-1]].end].place:
            self._endless |= 1 << number

    def _hit_by(self, number: int, need: int, bars: Sequence[int], among: int = -1) -> int:
        """Return the bits of the other robots, of those in `among`, whose bars hit what a robot needs."""
        if not need:
            return 0
        hit = 0
        for other in range(self._count):
            if among >> other & 1 and other != number and bars[other] & need:
                hit |= 1 << other
        return hit

    def _stays_safe(self, number: int) -> bool:
        """Return whether, after a grant to a robot, nobody is stuck who was not before, and the robot is not."""
        bit = 1 << number
        if not self._stuck and not self._waits[number] and not any(ends & bit for ends in self._ends):
            return True  # it can run to its end at once and is in nobody's way there: the order of the others holds
        stuck = self._search()
        if stuck & (bit | ~self._stuck):
            return False
        self._stuck = stuck
        return True

    def _search(self) -> int:
        """Run robots in transit to their ends, one after the other, as long as one can; return who is left."""
        pending = [i for i in range(self._count) if not self.resting >> i & 1]
        there = self._everybody  # robots that are not at their ends
        done = 0
        while pending:
            left = []
            for i in pending:
                if self._waits[i] & there or self._ends[i] & done:
                    left.append(i)
                else:
                    done |= 1 << i
                    there &= ~(1 << i)
            if len(left) == len(pending):
                break
            pending = left
        stuck = 0
        for i in pending:
            stuck |= 1 << i
        return stuck


def _numbers(bits: int) -> list[int]:
    """Return the numbers of the robots in a set, rising."""
    return [i for i in range(bits.bit_length()) if bits >> i & 1]
