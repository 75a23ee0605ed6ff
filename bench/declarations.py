"""Declaring, answering and posting 30,000 people in one township: statements and seconds of each step.

Measured at 3,000 and at 30,000 people: the statements must be the same, but for the two files, which are written and
read 2,000 people at a time.
"""

import datetime
import io
import time
from decimal import Decimal

from bench._database import measure_apart

SIZES = (3_000, 30_000)
TOWNSHIP = "411325101"
DAY = datetime.date(2024, 10, 8)


def main() -> None:
    measure_apart("declarations", clock="2024-10-25T11:00:00+08:00")


def measure() -> None:
    from django.db import connection

    office = _Office()
    figures = [office.run(size) for size in SIZES]
    print(f"{connection.vendor}: statements / seconds")
    print(f"{'step':<22}" + "".join(f"{size:>18,}" for size in SIZES))
    for step in figures[0]:
        print(f"{step:<22}" + "".join(f"{found[step][0]:>9} / {found[step][1]:6.2f}" for found in figures))


class _Office:
    """One county with a clerk, a tax officer and villages full of people who have paid and banked."""

    def __init__(self):
        from PIL import Image

        from core.accounts.models import User
        from core.files.photos import read_photo
        from core.regions.models import Region
        from subsidies.campaigns.services import open_campaign

        self.campaign, _ = open_campaign(policy_id="411325-2025")
        self.clerk = User.objects.create_user("clerk", role="township", region_id=TOWNSHIP, name="镇")
        self.taxman = User.objects.create_user("tax", role="tax", region_id="411325", name="税")
        self.township = Region.objects.get(pk=TOWNSHIP)
        self.villages = list(
            Region.objects.in_region(TOWNSHIP).filter(level="village").order_by("code").values_list("code", flat=True)
        )
        picture = io.BytesIO()
        Image.new("RGB", (400, 300), "white").save(picture, "JPEG")
        self.photo = read_photo(io.BytesIO(picture.getvalue()))
        self.people = 0

    def run(self, size: int) -> dict[str, tuple[int, float]]:
        """Statements and seconds by step."""
        from collection.declarations import drafts, feedback, stuck, three_way_check
        from collection.declarations import file as declaration_file
        from collection.declarations import services as declarations
        from collection.declarations.models import Declaration
        from collection.declarations.tax_sheets import FeedbackLine
        from core.jobs import services as jobs
        from core.jobs.models import Job

        self._pay(size)
        _analyse()
        found, declaration = {}, None

        def step(name, work):
            found[name], answer = _counted(work)
            return answer

        declaration = step(
            "draft", lambda: drafts.draft_declaration(campaign=self.campaign, township=self.township, actor=self.clerk)
        )
        assert declaration.people == size
        step("three-way check", lambda: three_way_check.check_declaration(declaration=declaration))
        declaration = step("submit", lambda: declarations.submit_declaration(declaration=declaration, actor=self.clerk))
        job = Job.objects.get(key=declaration_file.job_key(declaration))
        step("file for the bureau", lambda: jobs.run(job.pk))
        assert Declaration.objects.get(pk=declaration.pk).file
        lines = [
            FeedbackLine("结果", n, name, number, n % 100 > 0, "" if n % 100 else "姓名不符")
            for n, (name, number) in enumerate(declaration.rows.values_list("name", "id_number"))
        ]
        read = self._feedback(declaration, size)
        step("feedback, 1 % refused", lambda: feedback.apply_feedback(feedback=read, lines=lines, actor=self.taxman))
        step(
            "who is stuck where",
            lambda: stuck.by_stage(stuck.by_village(stuck.not_posted(campaign=self.campaign, region="411325"))),
        )
        people, amount = declarations.sums_of(declaration)
        declaration = step(
            "confirm",
            lambda: declarations.confirm_declaration(
                declaration=declaration, number=f"QR{size}", people=people, amount=amount, actor=self.taxman
            ),
        )
        step(
            "remit",
            lambda: declarations.remit_declaration(
                declaration=declaration,
                slip_no=f"HK{size}",
                on=datetime.date(2024, 10, 25),
                amount=amount,
                photo=self.photo,
                actor=self.clerk,
            ),
        )
        step(
            "post",
            lambda: declarations.post_declaration(
                declaration=declaration, ticket_no=f"SP{declaration.pk}", actor=self.taxman
            ),
        )
        assert Declaration.objects.get(pk=declaration.pk).state == "posted"
        return found

    def _feedback(self, declaration, size):
        from django.core.files.base import ContentFile

        from collection.declarations.models import Feedback
        from config import clock
        from core.files import services as attachments

        kept = attachments.store(file=ContentFile(b"x"), name="x", kind="feedback", region=TOWNSHIP, actor=self.taxman)
        return Feedback.objects.create(
            declaration=declaration, attachment=kept, sha256=str(size), uploaded_by=self.taxman, uploaded_at=clock.now()
        )

    def _pay(self, size):
        """People with receipts and contributions, over all villages of the township, and their cash banked."""
        from collection.contributions.services import Payment, record_contributions
        from collection.money import services as money
        from collection.money.models import Movement
        from collection.receipts.models import Receipt
        from residents.people.models import Resident
        from subsidies.quotes.quote import quote

        born = datetime.date(1970, 5, 1)
        owed = quote(self.campaign.policy, birth_date=born, paid_on=DAY)
        numbers = range(self.people, self.people + size)
        self.people += size
        village = lambda n: self.villages[n % len(self.villages)]  # noqa: E731
        residents = Resident.objects.bulk_create(
            [
                Resident(
                    village_id=village(n),
                    name=f"村民{n}",
                    birth_date=born,
                    sex="M",
                    registered_on=DAY,
                    id_number=f"41132519700501{n:07d}",
                )
                for n in numbers
            ],
            batch_size=2000,
        )
        receipts = Receipt.objects.bulk_create(
            [
                Receipt(campaign=self.campaign, village_id=village(n), number=f"NX{n:08d}", amount=400, used_on=DAY)
                for n in numbers
            ],
            batch_size=2000,
        )
        record_contributions(
            campaign=self.campaign,
            actor=self.clerk,
            payments=[
                Payment(resident.pk, resident.village_id, "cash", DAY, owed, receipt_id=receipt.pk)
                for resident, receipt in zip(residents, receipts, strict=True)
            ],
        )
        banked = {}
        for resident in residents:
            banked[resident.village_id] = banked.get(resident.village_id, Decimal(0)) + 400
        money.record_movements(
            campaign=self.campaign,
            actor=self.clerk,
            facts=[
                money.Fact(f"bench:{size}:{code}", Movement.Kind.DEPOSIT, code, amount, DAY)
                for code, amount in banked.items()
            ],
        )


def _analyse():
    """What PostgreSQL does by itself within a minute of such a load."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _counted(work):
    from django.db import connection

    count = 0

    def counting(execute, sql, params, many, context):
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    started = time.perf_counter()
    with connection.execute_wrapper(counting):
        answer = work()
    return (count, time.perf_counter() - started), answer
