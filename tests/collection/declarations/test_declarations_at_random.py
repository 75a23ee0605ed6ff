"""Hundreds of random steps, by one person after another and by three at once: after each the books must add up."""

import random
from collections import Counter
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from collection.contributions.models import Contribution
from collection.contributions.services import ContributionRefused
from collection.declarations import corrections, drafts, feedback
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, DeclarationRow
from collection.money.models import VillageAccount
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from core.refusals import Refused
from tests.at_once import together
from tests.collection.declaration_world import TODAY, refused, what_is_wrong
from tests.collection.paid_people import OTHER, PAYEE, VILLAGE, bank, pay

pytestmark = pytest.mark.django_db(transaction=True)
REFUSALS = (Refused, Refused, ContributionRefused)


class Chance:
    """One random step of anybody's, through its service; refusals are answers too."""

    def __init__(self, office, seed):
        self.office, self.random, self.done = office, random.Random(seed), Counter()

    def step(self):
        operation = self.random.choice(
            [self.pay] * 4
            + [self.bank] * 4
            + [self.draft] * 4
            + [self.submit] * 6
            + [self.answer] * 9
            + [self.confirm] * 6
            + [self.remit] * 6
            + [self.post] * 6
            + [self.correct] * 4
            + [self.return_money, self.give_back, self.cancel, self.redraft, self.ask_refund, self.review]
            + [self.pay_refund] * 2
        )
        try:
            operation()
        except REFUSALS:
            self.done["refused"] += 1
        else:
            self.done[operation.__name__] += 1

    def any(self, rows):
        found = list(rows.order_by("pk")[:30])
        return self.random.choice(found) if found else None

    def declaration(self, *states):
        found = self.any(Declaration.objects.filter(state__in=states))
        if found is None:
            raise Refused("nothing there")
        return found

    def pay(self):
        pay(
            self.office.campaign,
            self.office.clerk,
            self.random.choice((VILLAGE, OTHER)),
            people=self.random.randint(1, 3),
            household=self.random.randint(1, 3),
            start=self.random.randint(0, 10**7),
        )

    def bank(self):
        village = self.random.choice((VILLAGE, OTHER))
        account = VillageAccount.objects.filter(village=village).first()
        if account is None or account.in_hand <= 0:
            raise Refused("nothing in hand")
        bank(self.office.campaign, self.office.clerk, self.random.choice((account.in_hand, Decimal("0.01"))), village)

    def draft(self):
        self.office.draft()

    def redraft(self):
        drafts.redraft_declaration(declaration=self.declaration("draft"), actor=self.office.clerk)

    def cancel(self):
        drafts.cancel_draft(declaration=self.declaration("draft"), reason="重做", actor=self.office.clerk)

    def submit(self):
        draft = self.declaration("draft", "submitted")
        try:
            self.office.submit(draft)
        except Refused:
            declarations.allow_difference(declaration=draft, reason="查过", actor=self.office.officer)
            self.office.submit(draft)

    def answer(self):
        declaration = self.declaration("submitted", "fed_back")
        row = self.any(declaration.rows.filter(result="pending"))
        if row is None or self.random.random() < 0.4:
            feedback.decide_rest(declaration=declaration, ok=True, reason="", actor=self.office.taxman)
        else:
            feedback.decide_row(row=row, ok=self.random.random() < 0.5, reason="姓名不符", actor=self.office.taxman)

    def correct(self):
        row = self.any(DeclarationRow.objects.filter(result="failure"))
        if row is None:
            raise Refused("none failed")
        corrections.correct_row(
            row=row, name=row.name, id_number=row.id_number, note="核对无误", actor=self.office.clerk
        )

    def give_back(self):
        declarations.return_declaration(
            declaration=self.declaration("submitted"), reason="表样不对", actor=self.office.taxman
        )

    def confirm(self):
        self.office.confirm(self.declaration("fed_back", "confirmed"))

    def remit(self):
        declaration = self.declaration("confirmed", "remitted")
        self.office.remit(declaration, slip=f"HK{declaration.pk}")

    def return_money(self):
        declarations.return_remittance(
            declaration=self.declaration("remitted"), reason="查无到账", actor=self.office.taxman
        )

    def post(self):
        self.office.post(self.declaration("remitted", "posted"))

    def ask_refund(self):
        paid = self.any(Contribution.objects.filter(ended_at__isnull=True))
        if paid is None:
            raise Refused("nobody")
        applications.request_refund(
            contribution=paid, reason="death", happened_on=TODAY, actor=self.office.clerk, **PAYEE
        )

    def review(self):
        refund = self.any(Refund.objects.filter(state="requested"))
        if refund is None:
            raise Refused("none")
        papers = [ContentFile(b"x", name="x.pdf")]
        refunds.add_evidence(refund=refund, papers=papers, actor=self.office.clerk)
        refunds.pass_first(refund=refund, actor=self.office.taxman)

    def pay_refund(self):
        refund = self.any(Refund.objects.filter(state__in=["first_passed", "paid"]))
        if refund is None:
            raise Refused("none")
        refunds.pay_refund(refund=refund, actor=self.office.officer)


def test_random_steps_one_after_another(campaign, office):
    chance = Chance(office, seed=20241025)
    for number in range(400):
        chance.step()
        if number % 25 == 24:
            assert what_is_wrong(campaign) == [], (number, chance.done)
    assert {"submit", "post", "correct", "pay_refund"} <= chance.done.keys(), chance.done


def test_random_steps_of_three_people_at_once(campaign, office):
    people = [Chance(office, seed) for seed in (1, 2, 3)]
    rounds = 6 if connection.vendor == "sqlite" else 20

    def work(chance):
        for _ in range(6):
            chance.step()

    for number in range(rounds):
        results = together(*(lambda c=c: work(c) for c in people))
        assert refused(results) == [], (number, results)
        assert what_is_wrong(campaign) == [], (number, [c.done for c in people])
