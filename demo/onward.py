"""Years paid back by people who came back, and a further county that asks to be let in."""

import datetime
import io

import xlsxwriter
from django.core.files.base import ContentFile
from django.db.models import Max

from collection.repairs.services import record_repair, years_to_repair
from core.access.roles import OFFICERS, Role
from core.accounts.models import User
from core.files.models import Attachment
from core.files.services import store
from core.regions.models import Region
from core.regions.services import read_regions
from demo.counties import COUNTIES, DAY
from demo.world import World
from residents.people.models import Resident
from subsidies.openings.counties import ask_for_county
from subsidies.policy.policies import load

OFFICER_NAMES = ("任立国", "柳春梅", "崔志远")


def repair_gaps(world: World, day: datetime.date) -> None:
    """Three people who were last insured some years ago have paid the newest of the missing years back."""
    people = Resident.objects.in_region(world.county.code).filter(status=Resident.Status.ACTIVE)
    gone = people.annotate(last=Max("insured_years__year")).filter(last__lt=world.campaign.year - 2).order_by("pk")
    for number, person in enumerate(gone[:3], start=1):
        record_repair(
            campaign=world.campaign,
            resident=person,
            years=years_to_repair(world.campaign, person)[-number:],
            ticket_no=f"{world.county.code}SP{number:04d}",
            paid_on=day - number * DAY,
            actor=world.tax,
        )


def ask_for_another(world: World, day: datetime.date) -> None:
    """A county that is not here yet, with its two files; the security officer has not answered."""
    here = set(Region.objects.filter(level=Region.Level.COUNTY).values_list("code", flat=True))
    officer = User.objects.get(role=Role.SYSTEM, region=world.county.code)
    further = next(county for county in COUNTIES if county.code not in here)
    policy = load(further.policy_id)
    ask_for_county(
        home=world.campaign.county,
        policy=_kept(f"{policy.id}.toml", policy.text.encode(), officer),
        villages=_kept(f"{policy.county_name}村名单.xlsx", _villages(further.code), officer),
        officers=dict(zip(sorted(OFFICERS), OFFICER_NAMES, strict=True)),
        actor=officer,
    )


def _kept(name: str, content: bytes, officer: User) -> Attachment:
    file = ContentFile(content, name=name)
    return store(file=file, name=name, kind="new_county", region=officer.region_id or "", actor=officer)


def _villages(county: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("村名单")
        sheet.write_row(0, 0, ("区划代码", "乡镇", "行政村"))
        rows = [row for row in read_regions() if row["county_code"] == county]
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, (row["village_code"], row["township"], row["village"]))
    return out.getvalue()
