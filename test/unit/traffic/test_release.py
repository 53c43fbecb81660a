import time
from dataclasses import replace

import pytest

from robot_fleet.core.errors import OrderError, SiteError
from robot_fleet.core.ports import Traveller
from robot_fleet.core.site import Site
from robot_fleet.traffic.conflicts import build_conflicts
from robot_fleet.traffic.release import PATIENCE_CALLS, BankersRightOfWay
from test.unit.traffic.cities import City, aisle, grid, passage, ring, route
from test.unit.traffic.simulate import Streets, scatter

FAR_M = 1000.0


def right_of_way(site: Site) -> BankersRightOfWay:
    return BankersRightOfWay(site, build_conflicts(site))


def resting(site: Site, robot: str, at: str, to: str = "", priority: int = 0, cls: str = "cart") -> Traveller:
    return Traveller(robot, cls, at, (), route(site, at, to) if to else (), priority)


def crossing(arm: float = 6.0) -> Site:
    """Two one-way streets that cross at `x`, west to east and south to north, with two lanes before and after it."""
    city = City()
    city.vertex("x", 0.0, 0.0)
    for start, end, dx, dy in (("w", "e", 1.0, 0.0), ("s", "n", 0.0, 1.0)):
        names = []
        for step in (-2.0, -1.0, 1.0, 2.0):
            name = city.vertex(f"{start if step < 0 else end}{abs(int(step))}", dx * arm * step, dy * arm * step)
            names.append(name)
        city.one_way(*names[:2], "x", *names[2:])
        city.two_way(names[0], city.place(f"p{start}", dx * arm * -3.0, dy * arm * -3.0))
        city.two_way(names[3], city.place(f"p{end}", dx * arm * 3.0, dy * arm * 3.0))
    return city.site()


def test_nobody_and_who_wants_nothing_are_given_nothing() -> None:
    site = crossing()
    right = right_of_way(site)
    assert right.release([], FAR_M) == {}
    assert right.release([resting(site, "r1", "pw")], FAR_M) == {}


def test_alone_a_robot_has_its_whole_way_within_the_horizon() -> None:
    site = crossing()
    assert right_of_way(site).release([resting(site, "r1", "pw", "pe")], FAR_M) == {"r1": 6}


def test_the_horizon_counts_from_the_end_of_the_lane_that_is_driven() -> None:
    site = crossing()  # every lane is 6 m
    assert right_of_way(site).release([resting(site, "r1", "pw", "pe")], 6.0) == {"r1": 2}
    assert right_of_way(site).release([resting(site, "r1", "pw", "pe")], 11.9) == {"r1": 2}
    way = route(site, "pw", "pe")
    driving = Traveller("r1", "cart", "pw", way[:2], way[2:])
    assert right_of_way(site).release([driving], 6.0) == {}


def test_one_lane_ahead_is_always_allowed() -> None:
    site = crossing()
    way = route(site, "pw", "pe")
    assert right_of_way(site).release([Traveller("r1", "cart", "pw", way[:1], way[1:])], 0.0) == {"r1": 1}


def test_a_robot_is_led_over_the_crossing_and_does_not_stop_on_it() -> None:
    site = crossing()
    way = route(site, "pw", "pe")
    at_the_crossing = Traveller("r1", "cart", "w2", way[1:2], way[2:])
    assert way[2:4] == ("w1>x", "x>e1")
    assert right_of_way(site).release([at_the_crossing], 0.0) == {"r1": 2}


def test_only_one_crosses_and_the_other_waits_before_it() -> None:
    site = crossing()
    one, other = resting(site, "r1", "pw", "pe"), resting(site, "r2", "ps", "pn")
    assert right_of_way(site).release([other, one], FAR_M) == {"r1": 6, "r2": 2}


def test_higher_priority_crosses_first() -> None:
    site = crossing()
    one, other = resting(site, "r1", "pw", "pe"), resting(site, "r2", "ps", "pn", priority=100)
    assert right_of_way(site).release([one, other], FAR_M) == {"r1": 2, "r2": 6}


def test_who_waited_longer_crosses_first() -> None:
    site = crossing()
    right = right_of_way(site)
    way = route(site, "pw", "pe")
    in_the_way = Traveller("r0", "cart", "x", (), ("x>e1", "e1>e2", "e2>pe"))
    waiting = Traveller("r2", "cart", "s1", (), route(site, "ps", "pn")[2:])
    assert "r2" not in right.release([in_the_way, waiting], 0.0)
    fresh = Traveller("r1", "cart", "w1", (), (*way[2:-1], "e2>pe"))
    passed = Traveller("r0", "cart", "pe", (), ())
    assert right.release([passed, fresh, waiting], FAR_M)["r2"] == 4


def test_head_on_in_a_passage_one_waits_outside() -> None:
    for resource in ("narrow", ""):
        site = passage(resource=resource)
        granted = right_of_way(site).release([resting(site, "r1", "a0", "b0"), resting(site, "r2", "b1", "a1")], FAR_M)
        assert granted == {"r1": len(route(site, "a0", "b0"))}


def test_following_each_other_through_a_passage_without_a_resource_is_allowed() -> None:
    site = passage(inner=6, resource="")
    way = route(site, "a0", "b0")
    ahead = Traveller("r1", "cart", "w4", way[6:7], way[7:])
    behind = resting(site, "r2", "a1", "b1")
    assert right_of_way(site).release([ahead, behind], 0.0)["r2"] >= 1
    resource = passage(inner=6, resource="narrow")
    assert "r2" not in right_of_way(resource).release([ahead, behind], FAR_M) or not any(
        resource.lanes[lane].resource
        for lane in behind.wanted[: right_of_way(resource).release([ahead, behind], FAR_M)["r2"]]
    )


def test_who_would_close_a_ring_of_waiting_robots_stays_at_its_place() -> None:
    site = ring(4)
    inside = Traveller("r1", "cart", "r0", (), ("r0>r1", "r1>r2", "r2>r3", "r3>p3"))
    joining = resting(site, "r0", "p1", "p0")  # would stand on r1, which r1 needs, and needs r0, where r1 stands
    right = right_of_way(site)
    assert right.release([joining, inside], 0.0) == {"r1": 2}
    moved = replace(inside, at="r1", wanted=inside.wanted[1:])
    assert "r0" in right.release([joining, replace(moved, at="r2", wanted=moved.wanted[1:])], 0.0)


def test_a_robot_stays_at_rest_while_its_destination_is_taken() -> None:
    site = crossing()
    right = right_of_way(site)
    there = resting(site, "r2", "pe")
    assert right.release([resting(site, "r1", "pw", "pe"), there], FAR_M) == {}
    assert right.barred_by([resting(site, "r1", "pw", "pe"), there]) == {"r1": ("r2",)}
    leaving = Traveller("r2", "cart", "pe", ("pe>e2",), ())
    assert right.barred_by([resting(site, "r1", "pw", "pe"), leaving]) == {}


def test_two_bound_for_one_place_do_not_both_set_out() -> None:
    site = passage()
    granted = right_of_way(site).release([resting(site, "r1", "a0", "b0"), resting(site, "r2", "b1", "b0")], FAR_M)
    assert list(granted) == ["r1"]


def test_a_robot_may_follow_into_a_place_that_is_being_left() -> None:
    site = grid()
    right = right_of_way(site)
    leaving = Traveller("r2", "cart", "p0_0", ("p0_0>s0_0_0",), route(site, "s0_0_0", "p5_0"))
    coming = resting(site, "r1", "p9_0", "p0_0")
    assert "r1" in right.release([coming, leaving], 12.0)


def test_asking_again_with_nothing_changed_gives_the_same_answer() -> None:
    site = crossing()
    right = right_of_way(site)
    travellers = [resting(site, "r1", "pw", "pe"), resting(site, "r2", "ps", "pn")]
    assert right.release(travellers, FAR_M) == right.release(list(travellers), FAR_M)


def test_the_order_of_the_travellers_does_not_matter() -> None:
    site = grid()
    streets = Streets(site, scatter(site, 10, 3, 5), 5)
    for _ in range(60):
        streets.tick()
    travellers = [robot.traveller() for robot in streets.robots]
    forward, backward = right_of_way(site), right_of_way(site)
    assert forward.release(travellers, 12.0) == backward.release(travellers[::-1], 12.0)


def test_an_unsafe_state_is_told_and_who_can_complete_goes_on() -> None:
    site = passage(inner=3, resource="")
    way, back = route(site, "a0", "b0"), route(site, "b1", "a1")
    head_on = [Traveller("r1", "cart", "w1", (), way[3:]), Traveller("r2", "cart", "w3", (), back[3:])]
    right = right_of_way(site)
    assert right.is_safe(head_on) == ("r1", "r2")
    leaving = resting(site, "r3", "b0", "b1")
    assert right.release([*head_on, leaving], FAR_M) == {"r3": 2}
    # Another way for one of them mends it.
    rerouted = replace(head_on[1], wanted=route(site, "w3", "b1"))
    assert right.is_safe([head_on[0], rerouted]) == ()
    assert right.release([head_on[0], rerouted], FAR_M).get("r2", 0) >= 1


def test_what_would_trap_a_second_robot_is_not_granted_in_an_unsafe_state() -> None:
    site = passage(inner=3, resource="")
    way, back = route(site, "a0", "b0"), route(site, "b1", "a1")
    head_on = [Traveller("r1", "cart", "w1", (), way[3:]), Traveller("r2", "cart", "w3", (), back[3:])]
    behind = resting(site, "r3", "a1", "b1")
    assert "r3" not in right_of_way(site).release([*head_on, behind], FAR_M)


def test_a_way_that_does_not_end_at_a_place_is_not_granted() -> None:
    site = crossing()
    right = right_of_way(site)
    nowhere = Traveller("r1", "cart", "pw", (), route(site, "pw", "pe")[:-1])
    assert right.release([nowhere], FAR_M) == {}
    assert right.is_safe([replace(nowhere, at="w2", wanted=nowhere.wanted[1:])]) == ("r1",)


def test_a_robot_that_only_finishes_what_it_holds_is_an_obstacle_at_its_end() -> None:
    site = crossing()
    right = right_of_way(site)
    way = route(site, "pw", "pe")
    cancelled = Traveller("r1", "cart", "w2", way[1:4], ())  # will stand at e1
    assert right.is_safe([cancelled]) == ()
    behind = resting(site, "r2", "pw", "pe")
    assert right.release([cancelled, behind], FAR_M) == {}
    across = resting(site, "r3", "ps", "pn")
    assert right.release([cancelled, across], FAR_M) == {"r3": 2}


def test_swap_cycles_of_two_and_of_three() -> None:
    site = grid()
    right = right_of_way(site)
    a, b = resting(site, "r2", "p0_0", "p1_0"), resting(site, "r1", "p1_0", "p0_0")
    c, d, e = (
        resting(site, n, s, t) for n, s, t in (("c", "p4_0", "p5_0"), ("d", "p5_0", "p6_0"), ("e", "p6_0", "p4_0"))
    )
    assert right.swap_cycles([a, b, c, d, e]) == (("c", "d", "e"), ("r1", "r2"))
    assert right.swap_cycles([a, replace(b, wanted=())]) == ()
    assert right.swap_cycles([a, replace(b, held=b.wanted[:1], wanted=b.wanted[1:])]) == ()
    follows = resting(site, "f", "p8_0", "p4_0")  # waits for a cycle without being part of it
    assert right.swap_cycles([c, d, e, follows]) == (("c", "d", "e"),)


def test_lanes_that_do_not_join_are_refused() -> None:
    site = crossing()
    with pytest.raises(OrderError) as caught:
        right_of_way(site).release([Traveller("r1", "cart", "pw", (), ("w1>x",))], FAR_M)
    assert caught.value.code == "order_lanes_apart"
    assert "r1" in str(caught.value)
    with pytest.raises(SiteError) as missing:
        right_of_way(site).release([Traveller("r1", "cart", "pw", (), ("pw>moon",))], FAR_M)
    assert missing.value.code == "site_lane_not_for_class"


def test_an_alarm_is_not_starved_by_a_stream_across_its_way() -> None:
    """Robots keep coming from the south; the alarm robot needs the crossing and the one lane beyond it."""
    site = crossing()
    right = right_of_way(site)
    stream = route(site, "ps", "pn")
    first = Traveller("r1", "cart", "s1", stream[2:3], stream[3:])  # on its way onto the crossing
    second = Traveller("r2", "cart", "s2", (), stream[1:-1] + stream[-1:])
    alarm = Traveller("r9", "cart", "w1", (), route(site, "pw", "pe")[2:], priority=100)
    granted = right.release([first, second, alarm], FAR_M)
    assert "r9" not in granted
    assert granted["r1"] >= 1  # it has to clear the crossing
    clear = Traveller("r1", "cart", "n2", stream[5:], ())
    assert right.release([clear, second, alarm], FAR_M)["r9"] == 4


def test_a_robot_that_cannot_get_there_keeps_nothing_free() -> None:
    site = crossing()
    alarm = resting(site, "r9", "pw", "pe", priority=100)
    across = resting(site, "r1", "ps", "pn")
    assert right_of_way(site).release([alarm, across, resting(site, "r2", "pe")], FAR_M) == {"r1": 6}
    lost = Traveller("r9", "cart", "w1", (), route(site, "pw", "pe")[2:-1], priority=100)  # no place at its end
    assert right_of_way(site).release([lost, across], FAR_M) == {"r1": 6}


def test_who_stands_far_along_the_way_of_a_claim_may_still_get_off_it() -> None:
    """Two meet in a street; the less important one can turn off it, but only where the other wants to go at once."""
    city = City()
    street = [city.vertex(f"v{number}", 7.0 * number, 0.0) for number in range(5)]
    city.two_way(city.place("west", -7.0, 0.0), *street)
    city.two_way("v3", city.place("aside", 21.0, -7.0))
    site = city.site()
    first = Traveller("r1", "cart", "v4", (), ("v4>v3", "v3>v2", "v2>v1", "v1>v0", "v0>west"), priority=60)
    other = Traveller("r2", "cart", "v1", (), ("v1>v2", "v2>v3", "v3>aside"))
    assert right_of_way(site).is_safe([first, other]) == ()
    assert right_of_way(site).release([first, other], 14.0)["r2"] >= 1


def test_a_robot_that_waited_very_long_has_its_way_kept_free() -> None:
    site = crossing()
    right = right_of_way(site)
    stream = route(site, "ps", "pn")
    on_it = Traveller("r0", "cart", "s1", stream[2:3], stream[3:])
    patient = Traveller("r1", "cart", "w1", (), route(site, "pw", "pe")[2:])
    for call in range(PATIENCE_CALLS):
        right.release([on_it, patient], float(call % 2))
    follower = resting(site, "r2", "ps", "pn", priority=0)
    assert right.release([on_it, patient, follower], FAR_M).get("r2", 0) <= 2  # not beyond the crossing


def test_robots_of_a_level_take_turns() -> None:
    site = aisle(8)
    right = right_of_way(site)
    granted = right.release(
        [resting(site, f"r{i}", f"slot_n{i}", f"slot_s{i}", cls="carrier+load") for i in (0, 3)], 0.0
    )
    assert set(granted) == {"r0", "r3"}


@pytest.mark.parametrize(("robots", "limit_s"), [(12, 0.006), (50, 0.12)])
def test_a_call_takes_milliseconds(robots: int, limit_s: float) -> None:
    """The bounds are four times the design's, since tests share the machine; the typical call is what counts."""
    site = grid(8, 8, ())
    streets = Streets(site, scatter(site, robots, 3, 1), 1)
    taken = []
    for _ in range(60):
        travellers = [robot.traveller() for robot in streets.robots]
        start = time.process_time()
        BankersRightOfWay.release(streets.right, travellers, 12.5)
        taken.append(time.process_time() - start)
        streets.tick()
    assert sorted(taken)[len(taken) // 2] < limit_s
