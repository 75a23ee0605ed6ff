"""Where each yuan got stuck, by name; and the campaign that closes over it, said why, and frozen."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from collection.cash.models import Deposit
from collection.closing import consents
from collection.closing import services as close
from collection.closing.models import CampaignClosing, ClosingConsent
from collection.contributions.models import Contribution
from collection.contributions.services import ContributionRefused
from collection.declarations import corrections, drafts, feedback, stuck
from collection.declarations import services as declarations
from collection.entitlements.models import DifferenceCase
from collection.receipts import books
from collection.refunds import applications
from core.audit.models import Event
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import InsuredYear
from tests.at_once import waits_for
from tests.collection.paid_people import DAY, OTHER, TOWNSHIP, VILLAGE, bank, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("agreed")]


@pytest.fixture
def draft(campaign, clerk):
    return lambda: drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)


def stages(campaign, region=TOWNSHIP):
    rows = stuck.not_posted(campaign=campaign, region=region).order_by("pk")
    return list(rows.values_list("stage", flat=True))


def test_every_stage_of_the_way(campaign, clerk, taxman, draft):
    people = pay(campaign, clerk, people=6)
    assert stages(campaign) == ["in_hand"] * 6
    Deposit.objects.create(
        campaign=campaign,
        village_id=VILLAGE,
        slip_no="D1",
        paid_on=DAY,
        amount=800,
        account="专户",
        photo=Attachment.objects.create(name="x", kind="photo", size=1, sha256="x", region_code=VILLAGE),
        recorded_by=clerk,
        recorded_at=campaign.opened_at,
    )
    assert stages(campaign) == ["unverified"] * 2 + ["in_hand"] * 4
    bank(campaign, clerk, 2000)
    Deposit.objects.update(state="verified")
    assert stages(campaign) == ["banked"] * 5 + ["in_hand"]
    applications.request_refund(contribution=people[0], reason="death", happened_on=DAY, actor=clerk)
    declaration = draft()
    assert stages(campaign) == ["refunding"] + ["draft"] * 4 + ["in_hand"]
    declarations.submit_declaration(declaration=declaration, actor=clerk)
    first, second = declaration.rows.order_by("contribution")[:2]
    feedback.decide_row(row=first, ok=True, reason="", actor=taxman)
    feedback.decide_row(row=second, ok=False, reason="姓名不符", actor=taxman)
    assert stages(campaign) == ["refunding", "taken", "failed", "sent", "sent", "in_hand"]
    corrections.correct_row(row=second, name="王晓明", id_number=second.id_number, note="", actor=clerk)
    feedback.decide_rest(declaration=declaration, ok=True, reason="", actor=taxman)
    assert stages(campaign) == ["refunding", "taken", "fixed", "taken", "taken", "in_hand"]
    declarations.confirm_declaration(declaration=declaration, number="QR", people=3, amount=Decimal(1200), actor=taxman)
    assert stages(campaign) == ["refunding", "confirmed", "fixed", "confirmed", "confirmed", "in_hand"]
    found = stuck.by_stage(stuck.by_village(stuck.not_posted(campaign=campaign, region="411325")))
    assert [(item["stage"], item["people"], item["amount"]) for item in found] == [
        ("in_hand", 1, 400),
        ("refunding", 1, 400),
        ("fixed", 1, 400),
        ("confirmed", 3, 1200),
    ]


def test_posted_people_are_not_stuck(campaign, clerk):
    pay(campaign, clerk, channel="self", people=2)
    assert stages(campaign) == []


def test_statements_do_not_grow_with_the_people(campaign, clerk, django_assert_max_num_queries):
    for village in (VILLAGE, OTHER):
        pay(campaign, clerk, village, people=40)
        bank(campaign, clerk, 4000, village)
    with django_assert_max_num_queries(8):
        people = stuck.not_posted(campaign=campaign, region="411325")
        assert sum(stage["people"] for stage in stuck.by_stage(stuck.by_village(people))) == 80


# --- Closing --------------------------------------------------------------------------------------------------------


def kinds(campaign):
    return {item.kind: item.count for item in close.open_items(campaign=campaign)}


def test_open_business_is_named(campaign, clerk):
    pay(campaign, clerk, people=2)
    assert kinds(campaign) == {"not_posted": 2, "money": 1}
    items = {item.kind: item for item in close.open_items(campaign=campaign)}
    assert items["not_posted"].rows[0][1][1] == "*"
    assert "钱在村里" in items["not_posted"].rows[0][2]
    assert "村级手中 800.00 元" in items["money"].rows[0][2]


def test_closed_over_with_reasons_by_name_and_frozen(campaign, clerk, officer, draft):
    pay(campaign, clerk, people=2)
    seen = kinds(campaign)
    reasons = dict.fromkeys(seen, "村民外出，下年度办理")
    with pytest.raises(Refused, match="还没有写明原因"):
        close.close_campaign(campaign=campaign, reasons={}, seen=seen, actor=officer)
    with pytest.raises(Refused, match="县医保局"):
        close.close_campaign(campaign=campaign, reasons=reasons, seen=seen, actor=clerk)
    closing = close.close_campaign(campaign=campaign, reasons=reasons, seen=seen, actor=officer)
    assert close.close_campaign(campaign=campaign, reasons=reasons, seen=seen, actor=officer) == closing
    assert closing.sums["collected"] == "800.00"
    assert [(item["kind"], item["count"]) for item in closing.open_items] == list(seen.items())
    assert len(closing.open_items[0]["rows"]) == 2
    campaign.refresh_from_db()
    for change in (
        lambda: pay(campaign, clerk),
        lambda: bank(campaign, clerk, 400),
        draft,
        lambda: applications.request_refund(
            contribution=Contribution.objects.first(), reason="death", happened_on=DAY, actor=clerk
        ),
    ):
        with pytest.raises((Refused, Refused, ContributionRefused), match="已经办结|已办结"):
            change()


def test_closing_writes_the_years_of_those_insured_without_payment_that_lack_them(campaign, clerk, officer):
    free, ended, paid = (pay(campaign, clerk, channel=kind, people=1)[0] for kind in ("free", "free", "self"))
    Contribution.objects.filter(pk=ended.pk).update(ended_at=campaign.opened_at, state="reversed")
    seen = kinds(campaign)
    close.close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "下年办"), seen=seen, actor=officer)
    written = InsuredYear.objects.filter(year=campaign.year).values_list("resident", "source")
    assert list(written) == [(free.resident_id, "全额资助")]


def test_a_difference_that_nobody_has_settled_is_named(campaign, clerk):
    (paid,) = pay(campaign, clerk, people=1)
    case = DifferenceCase.objects.create(
        campaign=campaign,
        contribution=paid,
        village_id=VILLAGE,
        category="低保对象",
        due=320,
        difference=80,
        why="三（一）",
        made_at=campaign.opened_at,
    )
    found = next(item for item in close.open_items(campaign=campaign) if item.kind == "differences")
    assert (found.count, found.amount, found.rows[0][2]) == (1, 80, "差额 80.00 元，认定为低保对象")
    DifferenceCase.objects.filter(pk=case.pk).update(state="handled")
    assert "differences" not in kinds(campaign)


def test_the_report_shows_the_first_and_exports_everybody(client, campaign, clerk, officer):
    pay(campaign, clerk, people=close.SHOWN + 5)
    seen = kinds(campaign)
    close.close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "下年度办理"), seen=seen, actor=officer)
    client.force_login(officer)
    page = client.get(reverse("campaign_close")).content.decode()
    assert page.count("钱在村里") == close.SHOWN and "下年度办理" in page and "前 200 个" in page
    answer = client.get(reverse("campaign_close"), {"export": "1"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    lines = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [line[4] for line in lines] == ["下年度办理"] * (close.SHOWN + 5 + 1)
    assert Event.objects.get(action="campaign.export_closing").actor == officer


def test_what_changed_since_it_was_looked_at(campaign, clerk, officer):
    pay(campaign, clerk, people=2)
    seen = kinds(campaign)
    pay(campaign, clerk)
    with pytest.raises(Refused, match="有变化"):
        close.close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "x"), seen=seen, actor=officer)


def test_books_that_do_not_add_up_cannot_be_closed_over(campaign, clerk, officer):
    from collection.money.models import VillageAccount

    pay(campaign, clerk, people=2)
    VillageAccount.objects.update(in_hand=400, collected=400)
    seen = kinds(campaign)
    assert seen["recount"] == 1
    with pytest.raises(Refused, match="必须先处理"):
        close.close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "x"), seen=seen, actor=officer)


def test_an_empty_campaign_closes(campaign, officer):
    closing = close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)
    assert closing.open_items == []
    assert closing.closed_at.astimezone(datetime.UTC) == datetime.datetime(2024, 10, 25, 3, tzinfo=datetime.UTC)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_what_is_being_written(campaign, clerk, officer):
    """Also for the first payment of a village, which has no account yet, and for a book on its way to a township."""
    books.register_book(campaign=campaign, first="NX0001", last="NX0999", actor=officer)
    writing = {
        "payment": lambda: pay(campaign, clerk),
        "book": lambda: books.issue_book(
            campaign=campaign, holder=Region.objects.get(pk=TOWNSHIP), first="NX0001", last="NX0020", actor=officer
        ),
    }

    def closing():
        close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)

    assert [name for name in writing if not waits_for(writing[name], closing)] == []


@pytest.fixture
def closed(campaign, officer):
    close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)
    campaign.refresh_from_db()
    return campaign


@pytest.mark.parametrize("role", ["county", "township", "village", "tax", "department", "leader"])
def test_after_the_closing_a_first_page_says_so_and_asks_nothing(client, closed, make_user, role):
    client.force_login(make_user(role, {"village": VILLAGE, "township": TOWNSHIP}.get(role, "411325")))
    page = client.get("/").content.decode()
    assert "已于 2024年10月25日 办结" in page
    assert "没有待办事项" in page or role == "leader"
    assert "上传台账" not in page and "登记缴存" not in page


@pytest.mark.parametrize("url", ["ledger_upload", "deposit_create", "village", "village_cash", "unpaid_list"])
def test_after_the_closing_a_village_is_offered_no_form(client, closed, make_user, url):
    client.force_login(make_user("village", VILLAGE))
    page = client.get(reverse(url, args=[VILLAGE])).content.decode()
    assert "数据已冻结" in page
    assert 'type="file"' not in page and "登记缴存</a>" not in page and "上传台账</a>" not in page


def test_after_the_closing_nothing_is_verified_reviewed_or_awaited(client, campaign, clerk, officer, make_user, draft):
    people = pay(campaign, clerk, people=3)
    bank(campaign, clerk, 800)
    slip = Deposit.objects.create(
        campaign=campaign,
        village_id=VILLAGE,
        slip_no="D2",
        paid_on=DAY,
        amount=400,
        account="专户",
        photo=Attachment.objects.create(name="x", kind="photo", size=1, sha256="x", region_code=VILLAGE),
        recorded_by=officer,
        recorded_at=campaign.opened_at,
    )
    refund = applications.request_refund(contribution=people[2], reason="death", happened_on=DAY, actor=clerk)
    declaration = draft()
    seen = kinds(campaign)
    close.close_campaign(campaign=campaign, reasons=dict.fromkeys(seen, "x"), seen=seen, actor=officer)
    client.force_login(clerk)
    assert "确认到账" not in client.get(reverse("deposit_detail", args=[slip.pk])).content.decode()
    assert "征缴已办结，未完成" in client.get(reverse("declaration_list")).content.decode()
    assert "征缴已办结，未完成" in client.get(reverse("declaration_detail", args=[declaration.pk])).content.decode()
    client.force_login(make_user("tax", "411325"))
    page = client.get(reverse("refund_detail", args=[refund.pk])).content.decode()
    assert "初审通过" not in page and "上传材料</button>" not in page and "数据已冻结" in page


# --- Two offices ----------------------------------------------------------------------------------------------------


@pytest.fixture
def nobody_agreed(campaign):
    ClosingConsent.objects.all().delete()


@pytest.mark.parametrize(("day", "closes"), [("2024-12-31T10:00", False), ("2025-01-01T10:00", True)])
def test_no_closing_before_the_period_is_over(campaign, officer, nobody_agreed, business_clock, day, closes):
    business_clock(day)
    if closes:
        assert close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)
        return
    with pytest.raises(Refused, match="征缴期到 2024-12-31"):
        close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)


def test_two_people_of_different_offices_agree(campaign, officer, taxman, clerk, make_user, nobody_agreed):
    with pytest.raises(Refused, match="提出"):
        consents.ask_consent(campaign=campaign, kind="early", reason="x", actor=clerk)
    asked = consents.ask_consent(campaign=campaign, kind="early", reason="系统切换", actor=officer)
    assert consents.ask_consent(campaign=campaign, kind="early", reason="又点", actor=officer) == asked
    for wrong in (officer, make_user("county", "411325"), clerk):
        with pytest.raises(Refused, match="另一个部门"):
            consents.give_consent(consent=asked, actor=wrong)
    with pytest.raises(Refused, match="两个人"):
        close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)
    consents.give_consent(consent=asked, actor=taxman)
    assert close.close_campaign(campaign=campaign, reasons={}, seen={}, actor=officer)
    asked.refresh_from_db()
    assert asked.used_at


def test_opened_again_within_the_days_that_were_set(closed, officer, taxman, business_clock):
    with pytest.raises(Refused, match="两个人"):
        consents.reopen_campaign(campaign=closed, actor=officer)
    asked = consents.ask_consent(campaign=closed, kind="reopen", reason="漏记入库", actor=taxman)
    consents.give_consent(consent=asked, actor=officer)
    business_clock("2024-11-09T10:00")
    with pytest.raises(Refused, match="由县医保局"):
        consents.reopen_campaign(campaign=closed, actor=taxman)
    assert consents.reopen_campaign(campaign=closed, actor=officer).is_open
    for again in (close.close_campaign, lambda **facts: consents.reopen_campaign(campaign=closed, actor=officer)):
        with pytest.raises(Refused, match="征缴期到|没有办结"):  # what was agreed to serves once
            again(campaign=closed, reasons={}, seen={}, actor=officer)


def test_not_opened_again_when_the_days_are_over(closed, officer, taxman, business_clock):
    asked = consents.ask_consent(campaign=closed, kind="reopen", reason="漏记入库", actor=officer)
    consents.give_consent(consent=asked, actor=taxman)
    business_clock("2024-11-10T10:00")
    assert CampaignClosing.objects.get().reopen_until == datetime.date(2024, 11, 9)
    with pytest.raises(Refused, match="期限已过"):
        consents.reopen_campaign(campaign=closed, actor=officer)


def test_the_page_of_both_offices(campaign, client, officer, taxman, nobody_agreed):
    client.force_login(officer)
    assert client.post(reverse("consent_ask", args=["early"]), {"reason": "系统切换"}).status_code == 302
    assert client.post(reverse("consent_ask", args=["later"]), {"reason": "x"}).status_code == 404
    client.force_login(taxman)
    assert "待您单位同意" in client.get(reverse("home")).content.decode()
    client.post(reverse("consent_give", args=[ClosingConsent.objects.get().pk]))
    assert ClosingConsent.objects.get().agreed_by == taxman
    page = client.get(reverse("campaign_consents")).content.decode()
    assert "系统切换" in page and "由县医保局办理" in page and "提出提前办结</button>" not in page
    client.force_login(officer)
    assert "提前办结：两个部门都已同意，可以办理" in client.get(reverse("home")).content.decode()
    assert "去办结" in client.get(reverse("campaign_consents")).content.decode()
    assert "可以办结" in client.get(reverse("campaign_close")).content.decode()


def test_the_question_to_open_a_closed_year_reaches_the_other_office(closed, client, officer, taxman, business_clock):
    consents.ask_consent(campaign=closed, kind="reopen", reason="漏记入库", actor=taxman)
    client.force_login(officer)
    assert "待您单位同意" in client.get(reverse("home")).content.decode()
    page = client.get(reverse("campaign_consents")).content.decode()
    assert "同意</button>" in page and "重开本年度</button>" not in page and "提出重开</button>" not in page
    client.post(reverse("consent_give", args=[ClosingConsent.objects.get(kind="reopen").pk]))
    assert "两个部门都已同意，可以办理" in client.get(reverse("home")).content.decode()
    assert "重开本年度</button>" in client.get(reverse("campaign_consents")).content.decode()
    business_clock("2024-11-10T10:00")
    page = client.get(reverse("campaign_consents")).content.decode()
    assert "已经过了" in page and "重开本年度</button>" not in page
