"""The supplementary accident cover, in counties whose notice lets it be organised."""

import datetime
import io
from decimal import Decimal

import xlsxwriter
from django.core.files.base import ContentFile

from collection.accident.services import hand_over, set_offer, take_list
from collection.declarations.tax_files import job_key
from demo.world import World, work
from residents.people.models import Resident

PREMIUM = Decimal("50.00")


def offer_cover(world: World, day: datetime.date) -> None:
    """The insurer offers it; a township hands in a list of eight, one with the campaign's fee, and pays some over."""
    rule = world.campaign.policy.accident
    if rule is None or not rule.allowed:
        return
    document = f"{rule.insurer}承保方案（{day:%Y年%-m月}）"
    set_offer(campaign=world.campaign, insurer=rule.insurer, premium=PREMIUM, document=document, actor=world.bureau)
    township, actor = world.region(world.county.township), world.teams[world.county.township][-1]
    people = Resident.objects.filter(village__code__startswith=township.code, status=Resident.Status.ACTIVE)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("投保名单")
        sheet.write_row(0, 0, ["姓名", "身份证号码", "保费", "交费日期", "收据号"])
        for number, person in enumerate(people.order_by("village_id", "pk")[5:13], start=1):
            paid = 50 if number != 4 else float(world.campaign.policy.standard)
            sheet.write_row(number, 0, [person.name, person.id_number, paid, str(day), f"GS{day:%m%d}{number:03d}"])
    name = f"{township.name}补充保险名单.xlsx"
    listed, _ = take_list(
        campaign=world.campaign, region=township, file=ContentFile(buffer.getvalue(), name), name=name, actor=actor
    )
    work(job_key(listed))
    hand_over(
        campaign=world.campaign, township=township, amount=PREMIUM * 4, on=day, slip_no=f"GS{day:%Y%m%d}01", actor=actor
    )
