"""What a retention may say."""

from __future__ import annotations

import pytest

from robot_fleet.stores.history.retention import DAY_S, DEFAULT_RETENTION, HOUR_S, Retention, Tier


def test_blocks_go_as_a_whole_when_all_of_them_is_too_old() -> None:
    tier = Tier(60, HOUR_S, 2 * HOUR_S)
    assert tier.oldest_s(5.0 * HOUR_S) == 3 * HOUR_S
    assert tier.oldest_s(5.5 * HOUR_S) == 3 * HOUR_S
    assert tier.oldest_s(6.0 * HOUR_S) == 4 * HOUR_S


def test_by_default_minutes_and_trajectories_last_a_month() -> None:
    kept_s = {tier.width_s: tier.kept_s for tier in (*DEFAULT_RETENTION.buckets, DEFAULT_RETENTION.trajectory)}
    assert kept_s == {1: 6 * HOUR_S, 60: 31 * DAY_S, 3_600: 730 * DAY_S, 0: 31 * DAY_S}


@pytest.mark.parametrize("wrong", [(60, 90, 100), (60, 0, 100), (-1, 60, 100), (60, 60, 0)])
def test_a_tier_is_made_of_whole_buckets(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="multiple of the width"):
        Tier(*wrong)


@pytest.mark.parametrize("widths", [(), (60,), (1, 60, 90), (1, 60, 60), (1, 3_600, 60)])
def test_each_width_is_a_multiple_of_the_one_before(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="multiple of the one before"):
        Retention(tuple(Tier(width_s, width_s, DAY_S) for width_s in widths))


def test_a_trajectory_has_no_width() -> None:
    with pytest.raises(ValueError, match="no buckets"):
        Retention(trajectory=Tier(60, HOUR_S, DAY_S))
