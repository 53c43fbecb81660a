"""The way people write times."""

import pytest

from robot_fleet.core.clock import format_clock, parse_clock
from robot_fleet.core.errors import RequestError


@pytest.mark.parametrize(("text", "seconds"), [("00:00", 0), ("07:31:20", 27080), ("7:31", 27060), ("25:00:00", 90000)])
def test_reads_clock_times(text, seconds):
    assert parse_clock(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "07:60", "07:00:60", "-1:00", "07:00:00.5", "noon"])
def test_refuses_what_is_no_clock_time(text):
    with pytest.raises(RequestError) as refused:
        parse_clock(text)
    assert refused.value.code == "request_time_malformed"


def test_writes_what_it_reads():
    assert format_clock(parse_clock("23:59:59")) == "23:59:59"
    assert format_clock(27080.9) == "07:31:20"
