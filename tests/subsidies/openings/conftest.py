"""A county that prepares its next year: two officers, last year's people, and the proposal they begin with."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.access.roles import Role
from core.files.services import store
from core.regions.models import Region
from subsidies.campaigns import proposals
from subsidies.openings.selectors import standing_villages
from tests.factories import workbook
from tests.years import text_of_next_year


@pytest.fixture
def officers(campaign, make_user):
    return [make_user(Role.COUNTY, "411325") for _ in range(2)]


@pytest.fixture
def proposal(campaign, officers, business_clock):
    business_clock("2025-08-20T10:00")
    text = re.sub(r"\npeople = \d+\n", "\n", text_of_next_year(campaign.policy))  # no head count for the county
    return proposals.start_proposal(county=campaign.county, text=text, name="2026年度开征", actor=officers[0])


@pytest.fixture
def keep(campaign, officers):
    """`keep(rows, name)` → the attachment of a workbook with these rows."""

    def keep(rows, name="表.xlsx", kind="villages"):
        file = SimpleUploadedFile(name, workbook(rows))
        return store(file=file, name=name, kind=kind, region="411325", actor=officers[0])

    return keep


@pytest.fixture
def village_rows(campaign):
    """`village_rows(changes)` → the county's list of villages; `changes`: code → row, or None to leave it out."""

    def rows(changes=None, *, more=()):
        changes = changes or {}
        townships = dict(Region.objects.filter(level="township").values_list("code", "name"))
        listed = [
            changes.get(one.code, (one.code, townships[one.township], one.name, ""))
            for one in standing_villages("411325").values()
        ]
        return [("区划代码", "乡镇", "行政村", "原区划代码"), *(row for row in listed if row), *more]

    return rows
