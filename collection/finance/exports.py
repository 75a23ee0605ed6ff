"""The names behind a fund with whole numbers, for whoever pays: a purpose, a second person, a mark (core/exports)."""

from collections.abc import Iterator

from django.db.models import QuerySet

from collection.contributions.models import ContributionFund
from collection.finance.selectors import people_of
from config import clock
from core.exports.services import Writer, register_writer
from subsidies.campaigns.models import Campaign

KIND = "fund_people"
COLUMNS = (
    ("乡镇", 12),
    ("行政村", 18),
    ("姓名", 10),
    ("证件号码", 22),
    ("资助类别", 16),
    ("标准（元）", 12),
    ("个人缴费（元）", 14),
    ("资金", 16),
    ("资助金额（元）", 14),
    ("缴费日期", 12),
)


def subject(campaign: Campaign, fund: str, department: str) -> str:
    """What an export is about, as it is kept with it: the year, the fund, the department."""
    return f"{campaign.year}|{fund}|{department}"


def _parts(region: str, about: str) -> QuerySet[ContributionFund]:
    year, fund, department = about.split("|")
    campaign = Campaign.objects.select_related("policy_version").get(county=region[:6], year=int(year))
    return people_of(campaign=campaign, on=clock.today(), fund=fund, department=department)


def _rows(region: str, about: str) -> Iterator[tuple[object, ...]]:
    for part in _parts(region, about).iterator(chunk_size=2000):
        paid = part.contribution
        yield (
            paid.village.parent.name if paid.village.parent else "",
            paid.village.name,
            paid.resident.name,
            paid.resident.id_number,
            paid.category,
            paid.standard,
            paid.amount,
            part.source,
            part.amount,
            paid.paid_on,
        )


register_writer(KIND, Writer(count=lambda region, about: _parts(region, about).count(), columns=COLUMNS, rows=_rows))
