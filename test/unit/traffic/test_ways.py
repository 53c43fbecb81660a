import pytest

from robot_fleet.core.errors import OrderError
from robot_fleet.traffic.conflicts import build_conflicts
from robot_fleet.traffic.ways import Ways
from test.unit.traffic.cities import grid, route

SITE = grid()
CONFLICTS = build_conflicts(SITE)
WAY = route(SITE, "p0_0", "p9_0")


def test_needs_shrink_lane_by_lane() -> None:
    way = Ways(SITE, CONFLICTS).ahead("r1", "cart", "p0_0", WAY)
    assert way.needs[-1] == 0
    for n, (lane, end) in enumerate(way.keys):
        assert way.needs[n] == way.needs[n + 1] | 1 << lane | 1 << end


def test_the_rest_of_a_way_is_the_same_as_that_way_read_anew() -> None:
    ways = Ways(SITE, CONFLICTS)
    ways.ahead("r1", "cart", "p0_0", WAY)
    for passed in (0, 1, 1, 4, len(WAY)):
        start = SITE.lanes[WAY[passed]].start if passed < len(WAY) else "p9_0"
        assert ways.ahead("r1", "cart", start, WAY[passed:]) == Ways(SITE, CONFLICTS).ahead(
            "r1", "cart", start, WAY[passed:]
        )


def test_another_way_of_the_same_robot_is_read_anew() -> None:
    ways = Ways(SITE, CONFLICTS)
    ways.ahead("r1", "cart", "p0_0", WAY)
    other = route(SITE, "p5_0", "p9_0")
    assert ways.ahead("r1", "cart", "p5_0", other).lanes == other
    assert ways.ahead("r1", "cart", "p0_0", WAY).lanes == WAY


def test_lanes_must_join_also_when_the_way_is_remembered() -> None:
    ways = Ways(SITE, CONFLICTS)
    ways.ahead("r1", "cart", "p0_0", WAY)
    with pytest.raises(OrderError) as caught:
        ways.ahead("r1", "cart", "x0_0", WAY)
    assert caught.value.code == "order_lanes_apart"
