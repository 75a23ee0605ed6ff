"""The campaign replayed day by day through the services, as the people of the county would have done it.

Villages differ: most deposit their cash in time, some are late with it, one or two have not begun. More than half of
the people pay by phone.
"""

import datetime
from collections.abc import Callable

from collection.entitlements.services import enrol_fully_subsidised
from config import clock
from demo import (
    accident,
    banking,
    cases,
    doors,
    employees,
    files,
    finance,
    lists,
    neighbours,
    next_year,
    onward,
    paperwork,
    phone_payments,
    rankings,
    reminders,
    rounds,
    schools,
    spot_checks,
    supervision,
    visits,
)
from demo.counties import DAY, DemoCounty
from demo.world import World, make_world
from subsidies.campaigns.models import Campaign

Event = Callable[[World, datetime.date], None]


def replay(county: DemoCounty, campaign: Campaign) -> None:
    """Replay everything from the first receipt book to the morning of the last day; leave the clock at its end."""
    world = make_world(county, campaign)
    rounds.hand_out_books(world)
    while enrol_fully_subsidised(campaign=campaign, actor=world.bureau):
        pass
    events = _events(world)
    for day in county.days():
        clock.move_to(county.at(day, 9))
        rankings.send_reports(world, day)
        clock.move_to(county.at(day, 10))
        if day in county.list_days:
            phone_payments.hand_in_paid_list(world, day)
        rounds.collect(world, day)
        banking.deposit_cash(world, day)
        paperwork.declare(world, day)
        for event in events.get(day, ()):
            event(world, day)
        if day < county.last_day:
            now = county.at(day, 13)
            clock.move_to(now)
            rankings.publish_due(world, now)
    files.upload_ledgers(world)
    clock.move_to(county.end)
    doors.collect_at_doors(world)
    employees.pass_between(world, county.last_day)


def _events(world: World) -> dict[datetime.date, list[Event]]:
    """What happens once, by day."""
    last = world.county.last_day

    plan: list[tuple[int, Event]] = [
        (20, supervision.appoint),
        (20, cases.pay_collectively),
        (18, visits.go_round),
        (14, schools.enter_pupils),
        (12, cases.record_newborns),
        (12, visits.hear_of_payments),
        (10, cases.put_up_notices),
        (9, cases.register_deaths),
        (8, reminders.word_messages),
        (6, cases.recognise_late),
        (4, cases.request_refunds),
        (2, cases.change_facts),
        (0, cases.tell_of_waiting),
        (3, rankings.correct_newest),
        (2, rankings.set_prizes),
        (2, visits.bring_evidence),
        (2, visits.hear_of_payments),
        (1, visits.promise_for_today),
        (1, spot_checks.call_back),
        (1, cases.object_to_notices),
        (3, schools.collect_at_school),
        (2, accident.offer_cover),
        (0, cases.hand_in_roster),
        (0, rankings.warn),
        (0, neighbours.ask_across),
        (0, onward.repair_gaps),
        (0, onward.ask_for_another),
        (0, neighbours.give_population),
        (0, next_year.give_duties),
        (0, next_year.prepare_next_year),
        (0, employees.declare_two_months),
        (0, reminders.remind),
        (8, supervision.talk),
        (0, supervision.inspect),
        (0, finance.record_vouchers),
        (0, lists.register_twice),
        (0, lists.hand_in_register),
        (0, lists.hand_over),
        (0, lists.ask_for_accounts),
        (0, lists.ask_for_numbers),
        (0, lists.shift_a_working_day),
    ]
    events: dict[datetime.date, list[Event]] = {}
    for days_before, event in plan:
        events.setdefault(last - days_before * DAY, []).append(event)
    return events
