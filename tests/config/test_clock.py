"""The business clock: the real one, unless a demo's stands still."""

import datetime

import pytest

from config import clock

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def test_a_frozen_clock_stands_and_moves_only_when_moved(business_clock):
    assert clock.is_frozen()
    assert clock.now() == datetime.datetime(2024, 10, 25, 11, 0, tzinfo=SHANGHAI) == clock.now()
    business_clock("2024-10-25T12:00")
    assert clock.now() == datetime.datetime(2024, 10, 25, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("instant", "day"), [("2024-10-25T23:59:59+08:00", 25), ("2024-10-26T00:00:00+08:00", 26)])
def test_today_is_the_countys_day(business_clock, instant, day):
    business_clock(instant)
    assert clock.today() == datetime.date(2024, 10, day)


def test_the_real_clock_cannot_be_moved(settings):
    settings.BUSINESS_CLOCK = ""
    assert not clock.is_frozen()
    with pytest.raises(RuntimeError):
        clock.move_to(datetime.datetime(2024, 10, 25, tzinfo=SHANGHAI))
