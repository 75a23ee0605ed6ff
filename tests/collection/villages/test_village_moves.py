"""A village that comes under another township in mid-campaign: refused while money is on its way, then whole."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch
from collection.money.models import VillageAccount
from collection.notices import services as notices
from collection.notices.models import PublicNotice
from collection.receipts import books
from collection.receipts import services as receipts
from collection.receipts.models import ReceiptBook
from collection.villages.moves import move_village, preview_move
from core.audit.models import Event
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import BUILT_IN, load_regions, read_regions
from residents.people.models import Household, Resident
from subsidies.campaigns.models import Target
from subsidies.campaigns.targets import set_targets
from subsidies.quotes.quote import quote
from tests.at_once import waits_for
from tests.collection.money_world import PHOTO

TOWNSHIP, NEW = "411325102", "411325102999"


@pytest.fixture
def village(campaign):
    return Region.objects.filter(parent_id="411325101").first()


def move(campaign, village, code=NEW, township=TOWNSHIP):
    return move_village(
        campaign=campaign, village=village, township=Region.objects.get(pk=township), code=code, actor=None
    )


def pay(campaign, resident, **fields):
    return Contribution.objects.create(
        campaign=campaign,
        resident=resident,
        year=2025,
        village_id=resident.village_id,
        channel="cash",
        amount=Decimal(400),
        standard=Decimal(400),
        subsidy=Decimal(0),
        category="普通居民",
        clause="三（二）",
        policy_version=campaign.policy_version,
        paid_on=datetime.date(2024, 10, 1),
        recorded_at="2024-10-01T10:00+08:00",
        **fields,
    )


def test_people_households_task_and_helper_go_along(campaign, village, make_resident, make_user):
    resident, helper = make_resident(village.code), make_user("village", village.code)
    household = Household.objects.create(village=village, number="1")
    paid = pay(campaign, resident, state="posted", posted_at="2024-10-02T10:00+08:00")
    set_targets(campaign=campaign, people={village.code: 50}, source="任务表", actor=None)
    moved = move(campaign, village)
    for row in (resident, household, helper, village, paid):
        row.refresh_from_db()
    assert (resident.village_id, household.village_id, helper.region_id) == (NEW, NEW, NEW)
    assert (village.replaced_by_id, village.replaced_at is None) == (NEW, False)
    assert paid.village_id == village.code
    assert dict(Target.objects.values_list("region_id", "people")) == {NEW: 50}
    assert Event.objects.filter(action="region.move").count() == 1
    assert move(campaign, village) == moved
    assert Event.objects.filter(action="region.move").count() == 1


def test_money_on_its_way_must_arrive_first(campaign, village, make_resident):
    paid = pay(campaign, make_resident(village.code))
    with pytest.raises(Refused, match="1 笔缴费没有入库"):
        move(campaign, village)
    paid.delete()
    VillageAccount.objects.create(campaign=campaign, village=village, collected=400, in_hand=400)
    with pytest.raises(Refused, match="没有入库"):
        move(campaign, village)
    assert not Region.objects.filter(pk=NEW).exists()


@pytest.mark.parametrize(
    ("code", "township", "says"),
    [
        ("411325103999", TOWNSHIP, "开头的 12 位"),
        ("41132510299", TOWNSHIP, "开头的 12 位"),
        ("taken", TOWNSHIP, "已经有人用了"),
        (NEW, "village", "只能把一个村"),
    ],
)
def test_what_makes_no_sense_is_refused(code, township, says, campaign, village):
    sibling = Region.objects.filter(parent_id=TOWNSHIP).first().code
    code, township = (sibling if code == "taken" else code), (sibling if township == "village" else township)
    with pytest.raises(Refused, match=says):
        move(campaign, village, code, township)


SLIP = {"slip_no": "1", "paid_on": "2024-10-01", "amount": 5, "account": "财政所"}
BOOK = {"prefix": "NX", "first": 1, "last": 20, "width": 4}
#: What is not finished in the village, and what the page says of it.
UNFINISHED = {
    "a slip not verified": (Deposit, {**SLIP, "state": "pending"}, "1 张缴存回单"),
    "a slip rejected": (Deposit, {**SLIP, "state": "rejected"}, None),
    "a notice on the wall": (PublicNotice, {"state": "posted"}, "1 份公示没有结束"),
    "a notice that is over": (PublicNotice, {"state": "closed"}, None),
    "a receipt book with numbers left": (ReceiptBook, BOOK, "没用完的收据本"),
    "a receipt book handed back": (ReceiptBook, {**BOOK, "returned_from": 1}, None),
    "a book that begins with 0, handed back": (ReceiptBook, {**BOOK, "first": 0, "returned_from": 0}, None),
}


@pytest.mark.parametrize("case", UNFINISHED)
def test_what_is_not_finished_is_named(campaign, village, make_user, case):
    model, fields, refusal = UNFINISHED[case]
    owner = "holder" if model is ReceiptBook else "village"
    needed = {
        field.name: make_user("county", "411325") if field.is_relation else "2024-10-01T10:00+08:00"
        for field in model._meta.concrete_fields
        if field.name in ("recorded_by", "prepared_by", "recorded_at", "prepared_at", "issued_at")
    }
    if model is Deposit:
        needed["photo"] = Attachment.objects.create(name="回单", kind="slip", size=1, region_code=village.code)
    model.objects.create(campaign=campaign, **{owner: village}, **needed, **fields)
    township = Region.objects.get(pk=TOWNSHIP)
    said = "".join(preview_move(campaign=campaign, village=village, township=township, code=NEW).refusals)
    assert refusal in said if refusal else said == ""


def test_into_its_own_township_makes_no_sense(campaign, village):
    with pytest.raises(Refused, match="本来就在"):
        move(campaign, village, "411325101999", "411325101")


def test_the_page_shows_first_and_moves_then(client, campaign, village, make_resident, make_user):
    make_resident(village.code)
    paid = pay(campaign, make_resident(village.code))
    client.force_login(make_user("county", "411325"))
    url, chosen = reverse("village_move"), {"village": village.code, "township": TOWNSHIP, "code": NEW}
    page = client.get(url, chosen).content.decode()
    assert "1 笔缴费没有入库" in page and "确认划转" not in page and "<dt>居民</dt><dd>2</dd>" in page
    assert "1 笔缴费没有入库" in client.post(url, chosen).content.decode()
    Contribution.objects.filter(pk=paid.pk).update(state="posted", posted_at="2024-10-02T10:00+08:00")
    assert "确认划转" in client.get(url, chosen).content.decode()
    assert not Region.objects.filter(pk=NEW).exists()
    assert client.post(url, chosen).status_code == 302
    assert Region.objects.get(pk=NEW).parent_id == TOWNSHIP
    assert Event.objects.get(action="region.move").actor.role == "county"
    assert client.post(url, chosen).status_code == 200, "the old village is not offered any more"
    assert Event.objects.filter(action="region.move").count() == 1


def test_the_page_is_the_county_s_and_ends_at_the_county(client, campaign, village, make_user):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411323")
    far = Region.objects.filter(parent__parent_id="411323").first()
    client.force_login(make_user("county", "411325"))
    answer = client.post(reverse("village_move"), {"village": far.code, "township": TOWNSHIP, "code": NEW})
    assert answer.status_code == 200 and not Region.objects.filter(pk=NEW).exists()
    client.force_login(make_user("township", "411325101"))
    assert client.get(reverse("village_move")).status_code == 403


def test_the_command(campaign, village, capsys):
    with pytest.raises(CommandError, match="开头的 12 位"):
        call_command("move_village", village.code, TOWNSHIP, "411325103999", policy="411325-2025")
    call_command("move_village", village.code, TOWNSHIP, NEW, policy="411325-2025")
    assert NEW in capsys.readouterr().out
    assert Event.objects.get(action="region.move").source == "命令 move_village"
    with pytest.raises(CommandError, match="没有这个区划"):
        call_command("move_village", "411325999999", TOWNSHIP, NEW, policy="411325-2025")


class Business:
    """What somebody may begin in a village while the county moves it, each with the refusal that a late one meets."""

    def __init__(self, campaign, village, actor):
        self.campaign, self.village, self.actor = campaign, village, actor
        town = village.parent
        books.register_book(campaign=campaign, first="NX0001", last="NX0999", actor=actor)
        books.issue_book(campaign=campaign, holder=town, first="NX0001", last="NX0999", actor=actor)

    def book(self):
        books.issue_book(campaign=self.campaign, holder=self.village, first="NX0001", last="NX0020", actor=self.actor)

    def receipt(self):
        uses = [receipts.ReceiptUse("XX1", "", Decimal(400), datetime.date(2024, 10, 8))]
        receipts.use_receipts(campaign=self.campaign, village=self.village.pk, uses=uses, actor=self.actor)

    def deposit(self):
        deposits.record_deposit(
            campaign=self.campaign,
            village=self.village.pk,
            slip_no="HD0001",
            paid_on=datetime.date(2024, 10, 8),
            amount=Decimal(400),
            account="账户",
            photo=PHOTO,
            actor=self.actor,
        )

    def ledger(self):
        ledgers.upload_ledger(
            campaign=self.campaign, village=self.village, file=ContentFile(b"x"), name="台账.xlsx", actor=self.actor
        )

    def payment(self):
        resident = Resident.objects.get(name="王小明")
        day = datetime.date(2024, 10, 8)
        owed = quote(self.campaign.policy, birth_date=resident.birth_date, paid_on=day)
        payment = contributions.Payment(resident.pk, self.village.pk, "cash", day, owed)
        contributions.record_contributions(campaign=self.campaign, payments=[payment], actor=self.actor)

    def notice(self):
        notices.prepare_notice(campaign=self.campaign, village=self.village, actor=self.actor)


@pytest.fixture
def business(campaign, village, make_user, make_resident, silent_queue):
    make_resident(village.pk)
    paid = make_resident(village.pk, name="李小红")
    pay(campaign, paid, state="posted", posted_at="2024-10-02T10:00+08:00")
    return Business(campaign, village, make_user("township", village.parent_id))


BEGUN = ("book", "receipt", "deposit", "ledger", "payment", "notice")
REFUSED = (
    books.ReceiptRefused,
    Refused,
    Refused,
    Refused,
    contributions.ContributionRefused,
    Refused,
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in BEGUN if name != "notice"])
def test_nothing_is_begun_in_a_village_that_was_moved_meanwhile(campaign, village, business, name):
    move(campaign, village)
    with pytest.raises(REFUSED, match=f"{village.name}已划走，现在的代码是 {NEW}"):
        getattr(business, name)()
    assert not ReceiptBook.objects.filter(holder=village).exists()
    assert not LedgerBatch.objects.exists() and not Deposit.objects.exists()


@pytest.mark.django_db
def test_who_paid_under_the_old_code_is_still_put_on_the_wall(campaign, village, business):
    move(campaign, village)
    business.notice()
    assert PublicNotice.objects.get().people == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_move_and_what_is_being_begun_wait_for_each_other(campaign, village, business):
    moving = lambda: move(campaign, village)  # noqa: E731
    assert [name for name in BEGUN if not waits_for(getattr(business, name), moving)] == []
    assert [name for name in BEGUN if not waits_for(moving, getattr(business, name))] == []
