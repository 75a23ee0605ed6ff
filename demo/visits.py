"""What helpers tried with people who are not insured: attempts, causes, payments told of, evidence and its review."""

import datetime
import random
import uuid

from collection.visits.models import Cause, Exclusion
from collection.visits.reviews import decide_exclusion
from collection.visits.selectors import unpaid
from collection.visits.services import Attempt, record_visit
from demo.counties import DAY
from demo.county import SEED
from demo.slips import drawn_slip
from demo.world import Plan, World
from residents.people.models import Resident

#: (way, result, code of the cause, note, days until the next look) of an ordinary round from door to door.
ROUND = (
    ("home", "undecided", "away", "在东莞务工，春节回来", 30),
    ("call", "no_answer", "not_found", "电话两次未接", 7),
    ("home", "refused", "refuses", "说身体好，用不上", 14),
    ("wechat", "promised", "online", "答应在手机上缴", 5),
    ("home", "undecided", "hardship", "等卖了粮再缴", 10),
    ("call", "promised", "later", "", 3),
)
#: (code of the cause, note) of those who do not belong to the task.
LEAVING = (("employee", "纺织公司参保"), ("elsewhere", "东莞市"), ("moved", "邓州市"))


def go_round(world: World, day: datetime.date) -> None:
    """The helpers of the printed township, and one of each other, go round for the first time."""
    for plan in _villages(world):
        chance = random.Random(f"{SEED}:visits:{plan.code}")
        for person, said in zip(_people(world, plan, chance, len(ROUND)), ROUND, strict=False):
            way, result, cause, note, days = said
            _record(world, plan, person, Attempt(way, result, _cause(world, cause), note, day + days * DAY))


def hear_of_payments(world: World, day: datetime.date) -> None:
    """Two people of a village tell of payments: one is on a later list of the tax bureau, the other never."""
    for plan in _villages(world)[:6]:
        waiting = set(unpaid(world.campaign, plan.code).values_list("pk", flat=True))
        payers = [person for on, people in sorted(plan.phone.items()) if on > day for person in people]
        later = [person for person in payers if person.pk in waiting]
        # One of the last: what is taken at the doors on the last day begins with the first.
        last = _staying_unpaid(world, plan)[-3:]
        chance = random.Random(f"{SEED}:told:{plan.code}:{day}")
        told = [*later[:1], *chance.sample(last, min(1, len(last)))]
        for person in told:
            attempt = Attempt("wechat", "told", _cause(world, "online"), "说已在微信上缴了", told_paid_on=day - DAY)
            _record(world, plan, person, attempt)


def bring_evidence(world: World, day: datetime.date) -> None:
    """Evidence of three in the printed township: one accepted, one sent back, one that waits."""
    since = day - 60 * DAY
    chance = random.Random(f"{SEED}:leaving")
    villages = [(plan, _people(world, plan, chance, 4)) for plan in _villages(world)]
    grown = [(plan, [person for person in people if person.birth_date < since]) for plan, people in villages]
    found = [(plan, people[0]) for plan, people in grown if people]
    for (plan, person), (cause, note) in zip(found, LEAVING, strict=False):
        proof = drawn_slip("参保证明", 姓名=person.name, 单位或地点=note, 起始日期=f"{since}")
        _record(world, plan, person, Attempt("records", "", _cause(world, cause), note, since=since, file=proof))
    reviewer = world.teams[world.county.township][0]
    waiting = Exclusion.objects.filter(campaign=world.campaign).order_by("pk")
    for exclusion, accept in zip(list(waiting), (True, False), strict=False):
        note = "" if accept else "证明上看不清参保年度，请重拍"
        decide_exclusion(exclusion=exclusion, accept=accept, note=note, actor=reviewer)


def promise_for_today(world: World, day: datetime.date) -> None:
    """Yesterday three in each village promised to pay today."""
    for plan in _villages(world):
        chance = random.Random(f"{SEED}:promised:{plan.code}")
        for person in _people(world, plan, chance, 3):
            attempt = Attempt("call", "promised", _cause(world, "later"), "明天在家", look_again_on=day + DAY)
            _record(world, plan, person, attempt)


def _villages(world: World) -> list[Plan]:
    """The villages of the printed township, its printed village first, and one village of each other."""
    own = sorted(world.of_township(world.county.township), key=lambda plan: plan.code != world.county.village)
    first = {plan.township: plan for plan in reversed(world.plans)}
    others = [plan for township, plan in sorted(first.items()) if township != world.county.township]
    return [plan for plan in (*own, *others) if plan.code in world.helpers]


def _people(world: World, plan: Plan, chance: random.Random, count: int) -> list[Resident]:
    left = [person for person in _staying_unpaid(world, plan) if not person.visits.exists()]
    return chance.sample(left, min(count, len(left)))


def _staying_unpaid(world: World, plan: Plan) -> list[Resident]:
    """Unpaid people who are not going to pay later in the story."""
    later = {person.pk for people in plan.phone.values() for person in people}
    later |= {person.pk for households in plan.cash.values() for members in households for person in members}
    rows = unpaid(world.campaign, plan.code).order_by("pk")
    return [person for person in rows if person.pk not in later]


def _record(world: World, plan: Plan, person: Resident, attempt: Attempt) -> None:
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{SEED}:{person.pk}:{attempt.way}:{attempt.result}")
    record_visit(campaign=world.campaign, residents=[person], attempt=attempt, key=key, actor=world.helpers[plan.code])


def _cause(world: World, code: str) -> Cause:
    return Cause.objects.get(county=world.campaign.county_id, code=code)
