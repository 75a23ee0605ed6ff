"""Nothing of a closed campaign is changed any more, through whichever service; what refuses it says so."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.consequences import rosters as rosters_applied
from collection.contributions import services as contributions
from collection.declarations import corrections, drafts, feedback
from collection.declarations import services as declarations
from collection.declarations.models import Declaration
from collection.entitlements import differences
from collection.entitlements import services as consequences
from collection.entitlements.models import DifferenceCase
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch
from collection.notices import services as notices
from collection.notices.models import PublicNotice
from collection.refunds import applications
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from collection.self_payments import services as self_payments
from collection.self_payments.models import PaidList, SelfPayment
from collection.visits import reviews
from collection.visits.models import Exclusion, ToldPayment, Visit
from core.audit.models import Event
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.rosters import services as rosters
from subsidies.rosters.models import Identity, Roster
from tests.collection.money_world import PHOTO
from tests.collection.paid_people import DAY, TOWNSHIP, VILLAGE, bank, pay
from tests.collection.visits.attempts import proof, record

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 10, 25)


class World:
    """One of everything, in the middle of its way."""

    def __init__(self, campaign, make_user, make_resident):
        self.campaign, self.at = campaign, {"campaign": campaign}
        self.clerk, self.helper = make_user("township", TOWNSHIP), make_user("village", VILLAGE)
        self.tax, self.officer = make_user("tax", "411325"), make_user("county", "411325")
        self.village = Region.objects.get(pk=VILLAGE)
        self.file = Attachment.objects.create(name="x", kind="x", size=1, sha256="x", region_code=VILLAGE)
        then, clerk = campaign.opened_at, self.clerk
        self.paid = list(pay(campaign, clerk, people=3))
        bank(campaign, clerk, 1200)
        self.declaration = drafts.draft_declaration(
            campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk
        )
        self.row = self.declaration.rows.first()
        self.unpaid = make_resident(VILLAGE, name="李小红")
        Identity.objects.create(resident=self.unpaid, kind="特困人员", department="民政局", recognised_on=DAY)
        record(campaign, [self.unpaid], self.helper, result="told", told_paid_on=DAY)
        self.told = ToldPayment.objects.get()
        record(campaign, [self.unpaid], self.helper, cause="army", since=DAY, file=proof())
        self.exclusion = Exclusion.objects.get()
        slip = {"paid_on": DAY, "amount": 5, "account": "专户", "photo": self.file, "recorded_by": clerk}
        self.slip = Deposit.objects.create(
            campaign=campaign, village_id=VILLAGE, slip_no="HD0001", recorded_at=then, **slip
        )
        self.ledger = LedgerBatch.objects.create(
            campaign=campaign,
            village_id=VILLAGE,
            attachment=self.file,
            uploaded_by=self.helper,
            uploaded_at=then,
            state="checked",
        )
        self.refund = Refund.objects.create(
            campaign=campaign,
            contribution=self.paid[0],
            resident_id=self.paid[0].resident_id,
            village_id=VILLAGE,
            reason="death",
            reason_name="死亡",
            amount=400,
            requested_by=clerk,
            requested_at=then,
        )
        self.notice = PublicNotice.objects.create(
            campaign=campaign,
            village_id=VILLAGE,
            rows=[],
            people=1,
            prepared_by=clerk,
            prepared_at=then,
            state="posted",
            posted_on=DAY,
        )
        self.paid_list = PaidList.objects.create(
            campaign=campaign, attachment=self.file, sha256="x", uploaded_by=self.tax, uploaded_at=then
        )
        self.self_payment = SelfPayment.objects.create(
            campaign=campaign,
            paid_list=self.paid_list,
            number="1",
            row=1,
            name="李小红",
            id_number="x",
            amount=400,
            paid_on=DAY,
            outcome="unknown",
            region_code="411325",
        )
        self.case = DifferenceCase.objects.create(
            campaign=campaign,
            contribution=self.paid[0],
            village_id=VILLAGE,
            category="低保对象",
            due=320,
            difference=80,
            why="三（一）",
            made_at=then,
        )
        self.roster = Roster.objects.create(
            campaign=campaign,
            county_id="411325",
            department="民政局",
            category="低保对象",
            kind="supplement",
            recognised_on=DAY,
            document="内民字1号",
            uploaded_by=self.officer,
            uploaded_at=then,
            state="ready",
        )

    def services(self):
        w, declaration, clerk = self, {"declaration": self.declaration}, {"actor": self.clerk}
        tax, officer = {"actor": self.tax}, {"actor": self.officer}
        upload = {"file": ContentFile(b"x"), "name": "x.csv"}
        return {
            "draft": lambda: drafts.draft_declaration(**w.at, township=w.village.parent, **clerk),
            "redraft": lambda: drafts.redraft_declaration(**declaration, **clerk),
            "cancel a draft": lambda: drafts.cancel_draft(**declaration, reason="重做", **clerk),
            "allow a difference": lambda: declarations.allow_difference(**declaration, reason="查过", **officer),
            "submit": lambda: declarations.submit_declaration(**declaration, **clerk),
            "return a declaration": lambda: declarations.return_declaration(**declaration, reason="错", **tax),
            "confirm": lambda: declarations.confirm_declaration(
                **declaration, number="QR1", people=3, amount=Decimal(1200), **tax
            ),
            "remit": lambda: declarations.remit_declaration(
                **declaration, slip_no="HK1", on=TODAY, amount=Decimal(1200), photo=PHOTO, **clerk
            ),
            "return a remittance": lambda: declarations.return_remittance(**declaration, reason="错", **tax),
            "post": lambda: declarations.post_declaration(**declaration, ticket_no="SP1", **tax),
            "take feedback": lambda: feedback.take_feedback(**declaration, **upload, **tax),
            "decide": lambda: feedback.decide_row(row=w.row, ok=True, reason="", **tax),
            "decide the rest": lambda: feedback.decide_rest(**declaration, ok=True, reason="", **tax),
            "correct": lambda: corrections.correct_row(
                row=w.row, name=w.row.name, id_number=w.row.id_number, note="核对", **clerk
            ),
            "record a deposit": lambda: deposits.record_deposit(
                **w.at,
                village=VILLAGE,
                slip_no="HD0002",
                paid_on=DAY,
                amount=Decimal(5),
                account="专户",
                photo=PHOTO,
                **clerk,
            ),
            "verify": lambda: deposits.verify_deposit(deposit=w.slip, **officer),
            "reject a deposit": lambda: deposits.reject_deposit(deposit=w.slip, reason="错", **officer),
            "upload a ledger": lambda: ledgers.upload_ledger(**w.at, village=w.village, **upload, actor=w.helper),
            "confirm a ledger": lambda: ledger_confirm.confirm_ledger(batch=w.ledger, actor=w.helper),
            "withdraw a ledger": lambda: ledger_confirm.withdraw_ledger(batch=w.ledger, reason="错", actor=w.helper),
            "reverse": lambda: contributions.reverse_contributions(**w.at, contributions=w.paid, reason="错", **clerk),
            "ask for a refund": lambda: applications.request_refund(contribution=w.paid[1], reason="death", **clerk),
            "add evidence": lambda: refunds.add_evidence(refund=w.refund, papers=[], **clerk),
            "pass a refund": lambda: refunds.pass_first(refund=w.refund, **tax),
            "pay a refund": lambda: refunds.pay_refund(refund=w.refund, **officer),
            "reject a refund": lambda: refunds.reject_refund(refund=w.refund, reason="错", **tax),
            "prepare a notice": lambda: notices.prepare_notice(**w.at, village=w.village, **clerk),
            "post a notice": lambda: notices.post_notice(notice=w.notice, on=TODAY, photos=[], **clerk),
            "object": lambda: notices.raise_objection(notice=w.notice, raised_by="甲", text="错", on=TODAY, **clerk),
            "close a notice": lambda: notices.close_notice(notice=w.notice, **clerk),
            "withdraw a notice": lambda: notices.withdraw_notice(notice=w.notice, reason="错", **clerk),
            "take a paid list": lambda: self_payments.take_paid_list(**w.at, **upload, **tax),
            "settle": lambda: self_payments.settle_as(
                self_payment=w.self_payment, resident=w.unpaid, note="核实", **officer
            ),
            "set aside": lambda: self_payments.set_aside(self_payment=w.self_payment, note="外县", **officer),
            "record a visit": lambda: record(w.campaign, [w.unpaid], w.clerk),
            "decide an exclusion": lambda: reviews.decide_exclusion(
                exclusion=w.exclusion, accept=True, note="", **officer
            ),
            "settle what was told": lambda: reviews.settle_told(told=w.told, note="没有缴", **officer),
            "resolve a difference": lambda: differences.resolve_case(case=w.case, note="已退", **officer),
            "enrol": lambda: consequences.enrol_fully_subsidised(**w.at, **officer),
            "upload a roster": lambda: rosters.upload_roster(
                **w.at,
                department="民政局",
                category="低保对象",
                kind="supplement",
                recognised_on=DAY,
                document="内民字2号",
                **upload,
                **officer,
            ),
            "apply a roster": lambda: rosters_applied.apply_roster(
                roster=w.roster, seen={}, endings_confirmed=True, **officer
            ),
            "withdraw a roster": lambda: rosters_applied.withdraw_roster(roster=w.roster, reason="错", **officer),
            "recheck a roster": lambda: rosters.recheck_roster(roster=w.roster, **officer),
        }


@pytest.fixture
def world(campaign, make_user, make_resident, silent_queue):
    return World(campaign, make_user, make_resident)


def test_every_service_refuses_a_closed_campaign(world):
    """Each gets objects that were read before the closing, as a page opened earlier has them."""
    services = world.services()
    Campaign.objects.filter(pk=world.campaign.pk).update(closed_at=world.campaign.opened_at)
    before, wrong = Event.objects.count(), {}
    for name, service in services.items():
        try:
            wrong[name] = f"done: {service()}"
        except (ValueError, Refused) as refused:
            if "办结" not in str(refused):
                wrong[name] = f"{type(refused).__name__} {refused}"
    assert wrong == {}
    assert Event.objects.count() == before and Visit.objects.count() == 2
    assert Declaration.objects.get().state == "draft"
