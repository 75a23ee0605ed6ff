"""西峡, 沁水, 高阳 and 屯留, each from the register to the close: cash without a limit, its own cadence and names."""

import datetime
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from collection.cash import services as deposits
from collection.closing import services as close
from collection.closing.models import CampaignClosing
from collection.contributions.models import Contribution
from collection.declarations import drafts as declaration_drafts
from collection.declarations import feedback
from collection.declarations import services as declarations
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.money.models import VillageAccount
from collection.receipts.books import issue_book, register_book
from core.access.roles import Role
from core.files.photos import read_photo
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from reporting.rankings import drafts
from reporting.rankings.models import Ranking
from reporting.rankings.services import publish_ranking
from reporting.rankings.snapshots import build_snapshot, snapshots_due
from residents.people.models import InsuredYear
from subsidies.campaigns.models import PolicyProposal
from subsidies.campaigns.services import open_campaign
from subsidies.campaigns.targets import set_targets
from subsidies.policy.policies import load
from subsidies.rosters.models import Identity
from tests.collection.ledgers.ledger_files import person, upload
from tests.factories import create_resident, photo

DAY = datetime.date(2025, 11, 10)
PHOTO = read_photo(io.BytesIO(photo()))


class County:
    """A county on 10 November with two registered people in its first village, its receipts and its offices."""

    def __init__(self, policy_id, business_clock, make_user):
        self.move = business_clock
        business_clock(f"{DAY}T10:00")
        self.campaign, _ = open_campaign(policy_id=policy_id)
        self.code = self.campaign.county_id
        self.village = Region.objects.filter(parent__parent=self.code, level="village").order_by("pk").first()
        self.township = self.village.parent
        self.officer, self.second = make_user(Role.COUNTY, self.code), make_user(Role.COUNTY, self.code)
        self.taxman = make_user(Role.TAX, self.code)
        self.helper = make_user(Role.VILLAGE, self.village.pk, name="张协办")
        self.clerk, self.colleague = (make_user(Role.TOWNSHIP, self.township.pk) for _ in range(2))
        self.people = [create_resident(self.village.pk, name=name) for name in ("王小明", "李小红")]
        set_targets(campaign=self.campaign, people={self.village.pk: 4}, source="任务表", actor=self.officer)
        for holder in (None, self.township, self.village):
            book = {"campaign": self.campaign, "first": "NX00000001", "last": "NX00000050", "actor": self.officer}
            issue_book(holder=holder, **book) if holder else register_book(**book)

    def send(self, *rows):
        """Upload a ledger and let a worker read it."""
        batch, _ = ledgers.upload_ledger(
            campaign=self.campaign, village=self.village, file=upload(rows), name="台账.xlsx", actor=self.helper
        )
        work()
        batch.refresh_from_db()
        return batch

    def confirm(self, batch):
        ledger_confirm.confirm_ledger(batch=batch, actor=self.helper)
        work()

    def row(self, number, **changes):
        who = self.people[number]
        facts = {
            "name": who.name,
            "id_number": who.id_number,
            "paid_on": str(DAY),
            "receipt_no": f"NX0000000{number + 1}",
        }
        return person(number, **facts, **changes)

    def end_the_period(self):
        """Two days after the period: the instant of the last ranking of each kind that is due by then."""
        end = self.campaign.policy.period.end + datetime.timedelta(days=2)
        self.move(f"{end}T10:00")
        return dict(snapshots_due(campaign=self.campaign, now=datetime.datetime.fromisoformat(f"{end}T10:00+08:00")))

    def reach_the_treasury(self, amount):
        """Bank, verify, declare, confirm, remit and post what the village holds."""
        slip = deposits.record_deposit(
            campaign=self.campaign,
            village=self.village.pk,
            slip_no="HD20251110001",
            paid_on=DAY,
            amount=amount,
            account="专户",
            photo=PHOTO,
            actor=self.helper,
        )
        deposits.verify_deposit(deposit=slip, actor=self.clerk)
        sent = declaration_drafts.draft_declaration(campaign=self.campaign, township=self.township, actor=self.clerk)
        declarations.submit_declaration(declaration=sent, actor=self.colleague)
        feedback.decide_rest(declaration=sent, ok=True, reason="", actor=self.taxman)
        people, total = declarations.sums_of(sent)
        declarations.confirm_declaration(declaration=sent, number="QR1", people=people, amount=total, actor=self.taxman)
        sent.refresh_from_db()
        declarations.remit_declaration(
            declaration=sent, slip_no="HK20251110", on=DAY, amount=total, photo=PHOTO, actor=self.clerk
        )
        declarations.post_declaration(declaration=sent, ticket_no="SP20251110", actor=self.taxman)


def work():
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"):
        jobs.run(job.pk)


@pytest.fixture
def county(request, db, business_clock, make_user, silent_queue):
    return County(request.param, business_clock, make_user)


LIVES = {
    "411323-2026": ("400.00", "全县", "县直", {"weekly", "monthly", "final"}),
    "140521-2026": ("320.00", "全县", "县直", {"weekly", "monthly", "final"}),
    "130628-2026": ("400.00", "全县", "县直", {"daily", "weekly", "final"}),
    "140405-2026": ("400.00", "全区", "区直", {"weekly", "monthly", "final"}),
}


@pytest.mark.parametrize(("county", "policy_id"), [(one, one) for one in LIVES], indirect=["county"])
def test_a_county_from_the_register_to_the_close(county, policy_id, client):
    due, whole, offices, cadence = LIVES[policy_id]
    campaign, owed = county.campaign, Decimal(due)
    county.confirm(county.send(*(county.row(number, amount=due) for number in (0, 1))))
    assert set(Contribution.objects.values_list("amount", "standard")) == {(owed, Decimal(400))}

    client.force_login(county.officer)
    own, other = (whole[-1], "县" if whole == "全区" else "区")
    home = client.get("/").content.decode()
    assert f"{own}医保局" in home and f"{other}医保局" not in home and f"{other}税务局" not in home
    board = client.get(reverse("cash_board")).content.decode()
    assert "没有规定缴存期限" in board and "张协办" in board and f"{2 * owed:,.2f}" in board
    assert "文件没有规定联系表" in client.get(reverse("contact_list")).content.decode()
    assert "没有要求乡镇周报" in client.get(reverse("report_overview")).content.decode()
    annex = client.get(reverse("supervision_annex")).content.decode()
    assert "领导小组名单" in annex and "附件" not in annex and "还差" not in annex
    assert reverse("report_overview") not in home  # nor prizes, nor any evaluation, are in these notices
    assert reverse("reward_tiers") not in client.get(reverse("ranking_list")).content.decode()
    county.reach_the_treasury(2 * owed)
    account = VillageAccount.objects.get(campaign=campaign, village=county.village)
    assert (account.in_hand, account.treasury) == (0, 2 * owed)
    assert set(InsuredYear.objects.filter(year=2026).values_list("resident", flat=True)) == {
        one.pk for one in county.people
    }

    due_now = county.end_the_period()
    assert due_now.keys() == cadence
    final = build_snapshot(campaign=campaign, kind="final", as_of=due_now["final"])
    for signer in (county.taxman, county.officer):
        drafts.sign_figures(snapshot=final, seen=2, actor=signer)
    ranking = publish_ranking(snapshot=final, number="1号", actor=county.officer)
    page = client.get(reverse("bulletin", args=[ranking.pk])).content.decode()
    assert f"{whole}已入库2人" in page and f"、{offices}有关单位" in page and "距阶段目标" not in page
    assert ranking.content["bulletin"]["issuer"] == f"{campaign.county.name}医疗保障局"

    seen = {item.kind: item.count for item in close.open_items(campaign=campaign)}
    assert seen == {"notices": 1}
    close.close_campaign(campaign=campaign, reasons={"notices": "随后张榜"}, seen=seen, actor=county.officer)
    assert CampaignClosing.objects.get().sums["treasury"] == str(2 * owed)
    assert Ranking.objects.count() == 1 and "已办结" in client.get("/").content.decode()


@pytest.mark.parametrize("county", ["140521-2026"], indirect=True)
def test_an_amount_that_is_not_set_is_asked_for_and_booked_once_it_is_set_on_a_page(county, client):
    """沁水 二（二）5: severely disabled people keep “the former subsidy”, which the notice does not name."""
    campaign = county.campaign
    Identity.objects.create(
        resident=county.people[0], kind="重度残疾人", department="残联", recognised_on=datetime.date(2025, 10, 1)
    )
    batch = county.send(county.row(0, amount="100.00"))
    (row,) = batch.rows.all()
    assert row.state == "bad" and "金额通知没有写明" in row.problems[0]["message"], row.problems
    client.force_login(county.officer)
    client.post(reverse("campaign_amend", args=[campaign.pk]), {"name": "确定重度残疾人资助金额"})
    proposal = PolicyProposal.objects.get()
    paper = "县残联、县财政局关于重度残疾人参保资助标准的函"
    asked = {"category": "重度残疾人", "way": "amount", "value": "300", "fund": "县财政", "document": paper}
    client.post(reverse("proposal_category", args=[proposal.pk]), asked)
    proposal.refresh_from_db()
    client.force_login(county.second)
    client.post(reverse("proposal_apply", args=[proposal.pk]), {"version": proposal.policy.hash})
    campaign.refresh_from_db()
    assert campaign.policy.category("重度残疾人").subsidy == Decimal(300)
    assert load("140521-2026").category("重度残疾人").subsidy is None
    county.campaign = type(campaign).objects.get(pk=campaign.pk)
    batch = county.send(county.row(0, amount="100.00", phone="13800000001"))
    assert [row.state for row in batch.rows.all()] == ["good"], [row.problems for row in batch.rows.all()]
    county.confirm(batch)
    (made,) = Contribution.objects.all()
    assert (made.amount, made.subsidy, made.category) == (Decimal(100), Decimal(300), "重度残疾人")
    assert made.policy_version_id == county.campaign.policy_version_id
    assert [(part.source, part.amount) for part in made.funds.all()] == [("县财政", Decimal(300))]
