"""The people of a township and of the county at work on declarations, and what must hold after whatever they did."""

import datetime
import io
from collections import Counter
from decimal import Decimal

from django.core.files.base import ContentFile

from collection.contributions.models import Contribution
from collection.declarations import drafts, feedback
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, DeclarationRow
from collection.money.models import VillageAccount
from collection.money.selectors import recount
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from collection.tallies.services import villages_that_differ
from core.files.photos import read_photo
from core.regions.models import Region
from residents.people.models import InsuredYear
from tests.collection.paid_people import PAYEE, TOWNSHIP, bank, pay
from tests.factories import photo

TODAY = datetime.date(2024, 10, 25)
State = Declaration.State
PHOTO = read_photo(io.BytesIO(photo()))


class Office:
    """The people of a township and of the county, and what they do with declarations."""

    def __init__(self, campaign, make_user, township=TOWNSHIP):
        self.campaign = campaign
        self.clerk, self.colleague = make_user("township", township), make_user("township", township)
        self.taxman, self.tax_colleague = make_user("tax", "411325"), make_user("tax", "411325")
        self.officer, self.second_officer = make_user("county", "411325"), make_user("county", "411325")
        self.township = Region.objects.get(pk=township)

    def draft(self, actor=None):
        return drafts.draft_declaration(campaign=self.campaign, township=self.township, actor=actor or self.clerk)

    def submit(self, draft, actor=None):
        return declarations.submit_declaration(declaration=draft, actor=actor or self.clerk)

    def take(self, declaration):
        feedback.decide_rest(declaration=declaration, ok=True, reason="", actor=self.taxman)

    def confirm(self, declaration, actor=None):
        people, amount = declarations.sums_of(declaration)
        return declarations.confirm_declaration(
            declaration=declaration,
            number=f"QR{declaration.pk}",
            people=people,
            amount=amount,
            actor=actor or self.taxman,
        )

    def remit(self, declaration, slip=None, actor=None):
        return declarations.remit_declaration(
            declaration=declaration,
            slip_no=slip or f"HK{declaration.pk}",
            on=TODAY,
            amount=declaration.confirmed_amount,
            photo=PHOTO,
            actor=actor or self.clerk,
        )

    def post(self, declaration, actor=None):
        return declarations.post_declaration(
            declaration=declaration, ticket_no=f"SP{declaration.pk}", actor=actor or self.taxman
        )

    def at_the_tax_bureau(self, people):
        pay(self.campaign, self.clerk, people=people)
        bank(self.campaign, self.clerk, 400 * people)
        return self.submit(self.draft())

    def remitted(self, people):
        declaration = self.at_the_tax_bureau(people)
        self.take(declaration)
        return self.remit(self.confirm(declaration))

    def reviewed(self, contribution):
        refund = applications.request_refund(
            contribution=contribution, reason="death", happened_on=TODAY, actor=self.clerk, **PAYEE
        )
        refunds.add_evidence(refund=refund, papers=[ContentFile(b"x", name="x.pdf")], actor=self.clerk)
        return refunds.pass_first(refund=refund, actor=self.taxman)


def what_is_wrong(campaign) -> list[str]:
    """Every broken invariant; empty if all hold."""
    wrong = [f"账不平 {line}" for line in recount(campaign=campaign)]
    wrong += [f"计数不符 {village}" for village in villages_that_differ(campaign)]
    for row in VillageAccount.objects.all():
        if min(row.township, row.clearing, row.treasury, row.refunded) < 0:
            wrong.append(f"{row.village_id} 有负数")
        paid = sum(
            (c.amount for c in Contribution.objects.filter(village=row.village_id, ended_at__isnull=True)), Decimal(0)
        )
        partly = sum(
            (r.amount for r in Refund.objects.filter(village=row.village_id, state="paid", ends_enrolment=False)),
            Decimal(0),
        )
        if row.collected - row.refunded != paid - partly:
            wrong.append(f"{row.village_id} 在账 {row.collected - row.refunded}，有效缴费 {paid}")
        posted = Contribution.objects.filter(village=row.village_id, ended_at__isnull=True, state="posted")
        if row.treasury != sum((c.amount for c in posted), Decimal(0)):
            wrong.append(f"{row.village_id} 国库 {row.treasury}，入库的人 {posted.count()}")
    bound = Counter(
        DeclarationRow.objects.filter(next__isnull=True)
        .exclude(result="failure")
        .exclude(declaration__state="cancelled")
        .values_list("contribution", flat=True)
    )
    wrong += [f"缴费 {pk} 在 {n} 张申报表里" for pk, n in bound.items() if n > 1]
    for contribution in Contribution.objects.filter(state="posted"):
        if not InsuredYear.objects.filter(resident=contribution.resident_id, year=2025).exists():
            wrong.append(f"{contribution.pk} 入库了没有参保年度")
    for contribution in Contribution.objects.all():
        back = sum((r.amount for r in contribution.refunds.filter(state="paid")), Decimal(0))
        if back > contribution.amount:
            wrong.append(f"{contribution.pk} 多退")
    return wrong


def refused(results):
    return [result for result in results if isinstance(result, Exception)]
