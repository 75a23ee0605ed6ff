"""The five counties the demo can build: policy, dates, printed township and village, shares of the categories."""

import datetime
from dataclasses import dataclass

from core.refusals import Refused
from subsidies.policy import policies
from subsidies.policy.policies import Policy

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
DAY = datetime.timedelta(days=1)

#: Share of people by a word of the category's name; the first that fits counts.
SHARES = (
    ("低保", 0.018),
    ("脱贫享受", 0.014),
    ("稳定脱贫", 0.014),
    ("重度残疾", 0.008),
    ("特困", 0.006),
    ("孤儿", 0.001),
    ("", 0.002),
)


@dataclass(frozen=True)
class DemoCounty:
    """One county's demo. Rounds run from `first_day` to `last_day`; the clock then stands at 11:00 of the last day.

    `township`, `village`: whose accounts are printed; the village's ledger is left to the newcomer. `receipts`: the
    letters before its receipt numbers.
    """

    policy_id: str
    name: str
    receipts: str
    first_day: datetime.date
    last_day: datetime.date
    township: str
    village: str

    @property
    def code(self) -> str:
        return self.policy_id.partition("-")[0]

    @property
    def start(self) -> datetime.datetime:
        """When the demo's clock starts: the campaign is opened and the register loaded."""
        return self.at(self.first_day - DAY, 14)

    @property
    def end(self) -> datetime.datetime:
        return self.at(self.last_day, 11)

    @property
    def list_days(self) -> tuple[datetime.date, ...]:
        """When the tax bureau hands in its list: every seventh day, the last time on the day before the end."""
        return tuple(self.last_day - days * DAY for days in (22, 15, 8, 1))

    @property
    def declaration_days(self) -> tuple[datetime.date, ...]:
        """When the townships declare."""
        return self.list_days[1:]

    def at(self, day: datetime.date, hour: int) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)

    def days(self) -> list[datetime.date]:
        count = (self.last_day - self.first_day).days + 1
        return [self.first_day + offset * DAY for offset in range(count)]

    def payment_days(self) -> list[datetime.date]:
        """The days on which this county takes payments (沁水, 屯留: the 1st to the 25th of a month)."""
        window = self.policy.payment_days
        return [day for day in self.days() if window is None or window.first <= day.day <= window.last]

    @property
    def policy(self) -> Policy:
        return policies.load(self.policy_id)

    def marks(self) -> tuple[tuple[str, str, float], ...]:
        """(category, department, share of people) of every category that a department recognises on its own."""
        return tuple(
            (c.name, c.department, next(share for word, share in SHARES if word in c.name))
            for c in self.policy.categories
            if not (c.ordinary or c.by_age or c.requires_any or c.not_set)
        )


COUNTIES = (
    DemoCounty(
        policy_id="411325-2025",
        name="内乡县",
        receipts="NX",
        first_day=datetime.date(2024, 9, 28),
        last_day=datetime.date(2024, 10, 25),
        township="411325101",
        village="411325101200",
    ),
    DemoCounty(
        policy_id="411323-2026",
        name="西峡县",
        receipts="XX",
        first_day=datetime.date(2025, 9, 27),
        last_day=datetime.date(2025, 10, 24),
        township="411323105",
        village="411323105200",
    ),
    DemoCounty(
        policy_id="130628-2026",
        name="高阳县",
        receipts="GY",
        first_day=datetime.date(2025, 10, 28),
        last_day=datetime.date(2025, 11, 24),
        township="130628101",
        village="130628101200",
    ),
    DemoCounty(
        policy_id="140521-2026",
        name="沁水县",
        receipts="QS",
        first_day=datetime.date(2025, 10, 24),
        last_day=datetime.date(2025, 11, 21),
        township="140521102",
        village="140521102200",
    ),
    DemoCounty(
        policy_id="140405-2026",
        name="屯留区",
        receipts="TL",
        first_day=datetime.date(2025, 10, 24),
        last_day=datetime.date(2025, 11, 21),
        township="140405103",
        village="140405103201",
    ),
)
NEIXIANG = COUNTIES[0]


def demo_county(text: str) -> DemoCounty:
    """Return the county meant by a code or a name, with or without 县 or 区. Raise Refused for any other."""
    text = text.strip()
    for county in COUNTIES:
        if text in (county.code, county.policy_id, county.name, county.name[:-1]):
            return county
    known = "、".join(f"{county.name}（{county.code}）" for county in COUNTIES)
    raise Refused(f"没有“{text}”的演示。可以选：{known}。")
