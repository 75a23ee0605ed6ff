"""People who hand in and apply lists."""

import datetime

import pytest
from django.core.files.base import ContentFile

from core.access.roles import Role
from core.jobs import services as jobs
from subsidies import tasks  # noqa: F401 — registers the handler
from subsidies.rosters import apply
from subsidies.rosters import services as rosters
from subsidies.rosters.comparing import seen_counts
from subsidies.rosters.models import Roster
from tests.factories import workbook


@pytest.fixture
def desk(campaign, make_user, silent_queue):
    """People who hand in and apply lists, and `hand_in(rows, …)`, which uploads and reads one."""

    class Desk:
        department = make_user(Role.DEPARTMENT, "411325", department="民政局")
        bureau = make_user(Role.COUNTY, "411325")
        other = make_user(Role.COUNTY, "411325")

        def hand_in(
            self, rows, *, heading=("姓名", "身份证号码"), kind=Roster.Kind.SUPPLEMENT, category="低保对象", **facts
        ):
            content = facts.pop("content", None) or workbook([heading, *rows])
            roster = rosters.upload_roster(
                campaign=campaign,
                file=ContentFile(content),
                name="名单.xlsx",
                department="民政局",
                category=category,
                kind=kind,
                recognised_on=facts.pop("recognised_on", datetime.date(2024, 9, 1)),
                document="民发〔2024〕7号",
                actor=facts.pop("actor", self.department),
            )
            for job in jobs.Job.objects.filter(kind="roster.read", state="queued"):
                jobs.run(job.pk)
            roster.refresh_from_db()
            return roster

        def apply(self, roster, *, actor=None, confirmed=False, seen=None):
            return apply.apply_roster(
                roster=roster,
                seen=seen or seen_counts(roster),
                endings_confirmed=confirmed,
                actor=actor or self.bureau,
            )

    return Desk()
