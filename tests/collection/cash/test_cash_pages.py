"""The pages about cash, by role and scope: what is shown, what is refused, what a click does."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.cash import services as deposits
from collection.cash.forms import DepositForm
from collection.cash.models import Deposit
from collection.money import services as money
from collection.receipts import books
from collection.receipts import services as receipts
from collection.receipts.models import Receipt, ReceiptBook
from core.files.photos import read_photo
from core.messages.models import OutboxMessage
from core.regions.models import Region
from core.regions.names import called
from tests.factories import photo

COUNTY, TOWN, VILLAGE, OTHER = "411325", "411325101", "411325101200", "411325101201"
ELSEWHERE = "411325102200"
pytestmark = pytest.mark.django_db


def image(colour="white"):
    return photo(colour, "PNG")


def slip(**changes):
    facts = {
        "slip_no": "HD0001",
        "paid_on": "2024-10-24",
        "amount": "400.00",
        "account": "农商行医保缴费专户",
        "photo": SimpleUploadedFile("slip.png", image(), "image/png"),
    }
    return facts | changes


@pytest.fixture
def users(campaign, make_user):
    return {
        "helper": make_user("village", VILLAGE),
        "town": make_user("township", TOWN),
        "county": make_user("county", COUNTY),
        "tax": make_user("tax", COUNTY),
        "leader": make_user("leader", COUNTY),
        "department": make_user("department", COUNTY, department="民政局"),
        "audit": make_user("audit", COUNTY),
    }


@pytest.fixture
def page(users):
    """`page("helper", "cash_board")` → response; with `post=` a POST."""

    def page(who, name, *args, post=None, **query):
        client = Client()
        client.force_login(users[who])
        url = reverse(name, args=args)
        return client.post(url, post) if post is not None else client.get(url, query)

    return page


@pytest.fixture
def cash(campaign, users):
    def cash(amount="400", day=20, village=VILLAGE):
        fact = money.Fact(
            key=f"c:{village}:{day}:{amount}",
            kind="collect",
            village=village,
            amount=Decimal(amount),
            on=datetime.date(2024, 10, day),
        )
        money.record_movements(campaign=campaign, facts=[fact], actor=users["helper"])

    return cash


@pytest.fixture
def deposit(campaign, users):
    def deposit(village=VILLAGE, slip_no="HD0001", amount="400"):
        return deposits.record_deposit(
            campaign=campaign,
            village=village,
            slip_no=slip_no,
            paid_on=datetime.date(2024, 10, 24),
            amount=Decimal(amount),
            account="农商行医保缴费专户",
            photo=read_photo(io.BytesIO(image())),
            actor=users["helper"],
        )

    return deposit


def text(response):
    return response.content.decode()


def test_the_helper_sees_the_clock(page, cash):
    cash(day=20)
    shown = text(page("helper", "village_cash", VILLAGE))
    assert "今天必须缴存 400.00 元" in shown
    assert "今天不缴存，明天 400.00 元逾期" in shown
    assert reverse("deposit_create", args=[VILLAGE]) in shown


def test_the_helpers_menu_line_leads_to_the_own_village(page):
    assert page("helper", "cash_board").url == reverse("village_cash", args=[VILLAGE])
    assert page("helper", "receipt_books").url == reverse("village_receipts", args=[VILLAGE])


@pytest.mark.parametrize("name", ["village_cash", "deposit_create", "money_village", "village_receipts"])
@pytest.mark.parametrize(("who", "code"), [("helper", OTHER), ("town", ELSEWHERE), ("town", TOWN), ("town", "1")])
def test_other_villages_are_not_there(page, name, who, code):
    assert page(who, name, code).status_code == 404


@pytest.mark.parametrize("who", ["department", "audit"])
@pytest.mark.parametrize("name", ["cash_board", "deposit_list", "money_places", "receipt_books"])
def test_roles_without_cash(page, who, name):
    assert page(who, name).status_code == 403


def test_leaders_see_sums_and_no_slips(page, deposit):
    assert page("leader", "cash_board").url == f"{reverse('leader')}?risk=late"
    assert page("leader", "money_places").status_code == 200
    assert page("leader", "deposit_detail", deposit().pk).status_code == 403
    assert page("leader", "money_village", VILLAGE).status_code == 403


def test_recording_a_slip(page, cash, users):
    cash()
    assert page("helper", "deposit_create", VILLAGE, post=slip()).url == reverse("village_cash", args=[VILLAGE])
    assert page("helper", "deposit_create", VILLAGE, post=slip()).status_code == 302
    found = Deposit.objects.get()
    assert (found.amount, found.state, found.recorded_by) == (400, "pending", users["helper"])
    assert "已登记待核验" in text(page("helper", "village_cash", VILLAGE))


BAD_SLIPS = {
    "no photo": ({"photo": ""}, "请拍一张银行回单的照片"),
    "not a photo": ({"photo": SimpleUploadedFile("slip.png", b"nothing", "image/png")}, "不是能打开的照片"),
    "tomorrow": ({"paid_on": "2024-10-26"}, "还没有到"),
    "no amount": ({"amount": "0"}, "0.01"),
    "less than nothing": ({"amount": "-400"}, "0.01"),
    "three decimals": ({"amount": "400.001"}, "2"),
    "a comma in the wrong place": ({"amount": "4,00"}, "金额看不懂"),
    "an amount in words": ({"amount": "四百"}, "金额看不懂"),
    "another account": ({"account": "我自己的账户"}, "我自己的账户"),
}


@pytest.mark.parametrize("name", BAD_SLIPS)
def test_bad_slips_come_back_with_what_is_wrong(page, name):
    changes, says = BAD_SLIPS[name]
    response = page("helper", "deposit_create", VILLAGE, post=slip(**changes))
    assert response.status_code == 400
    assert says in text(response)
    assert not Deposit.objects.exists()


@pytest.mark.parametrize("amount", ["1,400.00", " 1400 元", "￥1400.0", "１４００", "1 400"])
def test_an_amount_as_people_write_it(page, amount):
    assert page("helper", "deposit_create", VILLAGE, post=slip(amount=amount)).status_code == 302
    assert Deposit.objects.get().amount == 1400


def test_the_accounts_are_those_of_the_countys_notice(page):
    shown = text(page("helper", "deposit_create", VILLAGE))
    assert 'value="乡镇财政所会计农税结算中心账户"' in shown and 'value="农商行医保缴费专户"' in shown


def test_a_policy_without_accounts_leaves_the_account_to_the_slip():
    form = DepositForm({"account": "信用社 201"}, accounts=None)
    assert "account" not in form.errors
    assert DepositForm({"account": ""}, accounts=None).errors["account"]


def test_verifying_leads_to_the_next_slip(page, deposit, cash):
    cash("800")
    first, second = deposit(), deposit(slip_no="HD0002")
    shown = text(page("town", "deposit_list"))
    assert "有 2 张回单待核验" in shown and "HD0002" in shown
    assert "核对无误" in text(page("town", "deposit_detail", first.pk))
    response = page("town", "deposit_verify", first.pk, post={})
    assert response.url == reverse("deposit_detail", args=[second.pk])
    assert page("town", "deposit_verify", second.pk, post={}).url == reverse("deposit_list")
    assert set(Deposit.objects.values_list("state", flat=True)) == {"verified"}


def test_who_may_not_verify(page, deposit, campaign, users):
    own = deposits.record_deposit(
        campaign=campaign,
        village=VILLAGE,
        slip_no="HD0009",
        paid_on=datetime.date(2024, 10, 24),
        amount=Decimal("400"),
        account="农商行医保缴费专户",
        photo=read_photo(io.BytesIO(image())),
        actor=users["town"],
    )
    assert page("helper", "deposit_verify", own.pk, post={}).status_code == 403
    assert page("tax", "deposit_verify", own.pk, post={}).status_code == 403
    assert "核对无误" not in text(page("town", "deposit_detail", own.pk))
    page("town", "deposit_verify", own.pk, post={})
    own.refresh_from_db()
    assert own.state == "pending"


def test_slips_of_elsewhere_are_not_there(page, deposit):
    other = deposit(village=ELSEWHERE)
    assert page("town", "deposit_detail", other.pk).status_code == 404
    assert page("town", "deposit_verify", other.pk, post={}).status_code == 404
    assert page("town", "deposit_reject", other.pk, post={"reason": "x"}).status_code == 404
    assert "HD0001" not in text(page("town", "deposit_list"))
    assert "HD0001" in text(page("county", "deposit_list"))


def test_rejecting_needs_a_reason(page, deposit):
    found = deposit()
    page("town", "deposit_reject", found.pk, post={"reason": ""})
    found.refresh_from_db()
    assert found.state == "pending"
    page("town", "deposit_reject", found.pk, post={"reason": "照片看不清"})
    found.refresh_from_db()
    assert (found.state, found.reject_reason) == ("rejected", "照片看不清")
    assert "照片看不清" in text(page("helper", "village_cash", VILLAGE))


@pytest.mark.parametrize("name", ["deposit_verify", "deposit_reject"])
def test_changes_only_by_post(page, deposit, name):
    assert page("town", name, deposit().pk).status_code == 405


def test_slips_are_found_by_number_and_village(page, deposit):
    deposit()
    assert "HD0001" in text(page("county", "deposit_list", q="hd 0001"))
    assert "HD0001" in text(page("county", "deposit_list", q=Region.objects.get(pk=VILLAGE).name[:2]))
    assert "没有符合条件" in text(page("county", "deposit_list", q="HD0002"))
    assert "没有符合条件" in text(page("county", "deposit_list", state="verified"))


def test_the_board_shows_how_late_and_since_when(page, cash):
    cash("400", 10)
    cash("900", 20, village=ELSEWHERE)
    shown = text(page("county", "cash_board"))
    assert shown.index("2024-10-15") < shown.rindex("今日到期")
    assert "逾期" in shown and "900.00" in shown
    assert "900.00" not in text(page("town", "cash_board"))
    assert "900.00" not in text(page("county", "cash_board", township=TOWN))


def test_the_board_of_a_past_day(page, cash):
    cash("400", 10)
    assert "已逾期" not in text(page("county", "cash_board", on="2024-10-12")).replace("不含已逾期", "")
    assert "2024年10月25日" in text(page("county", "cash_board", on="2030-01-01"))
    assert "2024年10月25日" in text(page("county", "cash_board", on="x"))


def test_where_the_money_stands(page, cash, deposit, campaign, users):
    cash("1000", 20)
    deposits.verify_deposit(deposit=deposit(amount="600"), actor=users["town"])
    cash("300", 20, village=ELSEWHERE)
    shown = text(page("county", "money_places"))
    assert "1,300.00" in shown and "700.00" in shown and "600.00" in shown and "一分不差" in shown
    before = text(page("county", "money_places", on="2024-10-23"))
    assert "1,300.00" in before and "600.00" not in before
    assert "300.00" not in text(page("town", "money_places")).replace("1,300.00", "")
    assert called(Region.objects.get(pk=VILLAGE).name) in text(page("county", "money_places", township=TOWN))
    assert page("town", "money_places", township="411325102").status_code == 404
    village = text(page("town", "money_village", VILLAGE))
    assert "HD0001" in village and "收款" in village


def test_a_surplus_is_shown_as_a_discrepancy(page, cash, deposit, users):
    cash("100", 20)
    deposits.verify_deposit(deposit=deposit(), actor=users["town"])
    assert "-300.00" in text(page("town", "money_places"))
    assert "多缴存" in text(page("county", "cash_board"))
    assert "缴存比已记的收款多 300.00 元" in text(page("helper", "village_cash", VILLAGE))


def test_books_are_issued_level_by_level(page):
    numbers = {"first": "NX0001", "last": "NX0999"}
    for who, holder in (("town", VILLAGE), ("county", TOWN)):
        refused = page(who, "book_issue", post=numbers | {"holder": holder})
        assert refused.status_code == 400 and "没有领用" in text(refused)
    assert not ReceiptBook.objects.exists()


def test_registering_and_handing_on(users):
    for who, query, post in (
        ("tax", "?new=1", {"first": "NX0001", "last": "NX0999"}),
        ("county", "", {"holder": TOWN, "first": "NX0001", "last": "NX0100"}),
        ("town", "", {"holder": VILLAGE, "first": "NX0001", "last": "NX0020"}),
    ):
        client = Client()
        client.force_login(users[who])
        assert client.post(reverse("book_issue") + query, post).status_code == 302, who
    assert [book.text for book in ReceiptBook.objects.filter(holder=VILLAGE)] == ["NX0001—NX0020"]
    client = Client()
    client.force_login(users["town"])
    assert "NX0021" in text(client.get(reverse("book_issue")))
    elsewhere = {"holder": ELSEWHERE, "first": "NX0021", "last": "NX0030"}
    assert client.post(reverse("book_issue"), elsewhere).status_code == 400


@pytest.fixture
def book(campaign, users):
    actor = users["county"]
    books.register_book(campaign=campaign, first="NX0001", last="NX0999", actor=actor)
    for holder in (TOWN, VILLAGE):
        holder = Region.objects.get(pk=holder)
        books.issue_book(campaign=campaign, holder=holder, first="NX0001", last="NX0020", actor=actor)
    uses = [
        receipts.ReceiptUse(n, "", Decimal("400"), datetime.date(2024, 10, 20)) for n in ("NX0001", "NX0004", "XX9")
    ]
    return receipts.use_receipts(campaign=campaign, village=VILLAGE, uses=uses, actor=users["helper"])


def test_receipts_of_a_village(page, book):
    shown = text(page("helper", "village_receipts", VILLAGE))
    assert "NX0002" in shown and "NX0003" in shown and "有 1 张收据的号码不在本村收据本里" in shown
    assert page("helper", "village_receipts", VILLAGE, post={"number": "NX0002", "state": "lost", "reason": "雨淋"}).url
    assert Receipt.objects.get(number="NX0002").state == "lost"
    bad = page("helper", "village_receipts", VILLAGE, post={"number": "NX0001", "state": "lost", "reason": "雨淋"})
    assert bad.status_code == 400 and "已开出 400.00 元" in text(bad)
    found = text(page("town", "village_receipts", VILLAGE, q="nx0004"))
    assert "NX0004" in found
    assert "XX9" in text(page("town", "receipt_books"))


@pytest.fixture
def to_village(book):
    return ReceiptBook.objects.get(holder=VILLAGE)


def test_the_township_takes_back_what_is_not_used(page, book, to_village):
    url = reverse("receipt_book_return", args=[to_village.pk])
    assert url in text(page("town", "receipt_books"))
    assert 'value="NX0005"' in text(page("town", "receipt_book_return", to_village.pk))
    refused = page("town", "receipt_book_return", to_village.pk, post={"first": "NX0004"})
    assert refused.status_code == 400 and "只能从 NX0005 起交回" in text(refused)
    assert page("town", "receipt_book_return", to_village.pk, post={"first": "NX0005"}).status_code == 302
    shown = text(page("helper", "village_receipts", VILLAGE))
    assert "NX0005—NX0020" in shown and "收回" in shown
    assert "NX0005" in text(page("town", "book_issue"))


def test_only_the_giver_takes_back(page, book, to_village):
    assert page("helper", "receipt_book_return", to_village.pk).status_code == 403
    assert page("county", "receipt_book_return", to_village.pk).status_code == 404
    assert page("town", "receipt_book_return", to_village.parent.pk).status_code == 404
    assert page("county", "receipt_book_return", to_village.parent.pk).status_code == 200
    assert page("county", "receipt_book_return", to_village.parent.parent_id).status_code == 404


@pytest.fixture
def town_book(campaign, users):
    books.register_book(campaign=campaign, first="NX0001", last="NX9999", actor=users["county"])
    town = Region.objects.get(pk=TOWN)
    books.issue_book(campaign=campaign, holder=town, first="NX0001", last="NX9999", actor=users["county"])
    return list(Region.objects.filter(parent=town).order_by("code"))


def test_many_books_are_looked_at_before_they_are_handed_out(page, town_book):
    codes = [village.pk for village in town_book]
    assert 'value="NX0001"' in text(page("town", "book_issue_many"))
    ask = {"way": "same", "first": "NX0001", "books": 2, "numbers": 25, "holders": codes}
    shown = text(page("town", "book_issue_many", post=ask))
    assert "NX0026—NX0050" in shown and f"确认发放 {len(codes) * 2} 本" in shown
    assert ReceiptBook.objects.count() == 2
    hidden = shown.partition('name="lines" value="')[2].partition('"')[0]
    for _ in range(2):
        assert page("town", "book_issue_many", post={"way": "confirm", "lines": hidden}).status_code == 302
    assert ReceiptBook.objects.filter(holder=VILLAGE).count() == 2
    again = text(page("town", "book_issue_many", post=ask | {"first": "NX0010"}))
    assert "重叠" in again and "确认发放" not in again


def test_a_village_that_was_moved_away_is_not_offered_books(page, town_book):
    here, away = town_book[:2]
    Region.objects.filter(pk=away.pk).update(replaced_by=Region.objects.get(pk=ELSEWHERE))
    for name in ("book_issue", "book_issue_many"):
        shown = text(page("town", name))
        assert f'value="{here.pk}"' in shown and f'value="{away.pk}"' not in shown, name


def test_a_list_from_a_spreadsheet(page, town_book):
    first, second = town_book[:2]
    lines = f"{first.name}\tNX0001\tNX0020\r\n\n{second.pk} nx0021，NX0030"
    shown = text(page("town", "book_issue_many", post={"way": "list", "lines": lines}))
    assert "确认发放 2 本，共 30 张" in shown
    overlap = f"{lines}\n{first.name} NX0030 NX0040"
    refused = text(page("town", "book_issue_many", post={"way": "list", "lines": overlap}))
    assert f"nx0021—NX0030 已发给{second.name}".upper() in refused.upper() and "有 1 行不能发放" in refused
    late = page("town", "book_issue_many", post={"way": "confirm", "lines": overlap})
    assert late.status_code == 400 and "重叠" in text(late)
    assert ReceiptBook.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("无此村 NX0001 NX0002", "没有“无此村”"),
        (f"{ELSEWHERE} NX0001 NX0002", f"没有“{ELSEWHERE}”"),
        ("NX0001 NX0002", "应是三项"),
        ("", "请粘贴清单，或者选择表格"),
    ],
)
def test_lines_that_cannot_be_read(page, town_book, line, says):
    response = page("town", "book_issue_many", post={"way": "list", "lines": line})
    assert response.status_code == 400 and says in text(response)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            [
                ["内乡县收据发放表"],
                ["领用单位", "起号", "止号", "张数"],
                ["{first}", "NX0001", "NX0020", 20],
                [None] * 4,
                ["{code}", "nx 0021", "NX0030", 10],
            ],
            "确认发放 2 本，共 30 张",
        ),
        ([["单位", "起号", "止号"], ["无此村", "NX0001", "NX0002"]], "第 2 行：本单位下面没有“无此村”"),
        ([["单位", "起号", "止号"], ["{first}", "NX0001", None]], "应是三项"),
        ([["单位", "起号", "止号"]], "表头下面没有内容"),
        ([["单位", "号码"], ["{first}", "NX0001"]], "没有找到表头"),
    ],
)
def test_a_list_as_a_table(page, town_book, settings, rows, says):
    first, second = town_book[:2]
    book, text_of = openpyxl.Workbook(), {"{first}": first.name, "{code}": second.pk}
    for row in rows:
        book.active.append([text_of.get(cell, cell) for cell in row])
    data = io.BytesIO()
    book.save(data)
    file = SimpleUploadedFile("发放表.xlsx", data.getvalue())
    shown = text(page("town", "book_issue_many", post={"way": "list", "lines": "", "file": file}))
    assert says in shown
    if "确认发放" in says:
        hidden = shown.partition('name="lines" value="')[2].partition('"')[0]
        assert page("town", "book_issue_many", post={"way": "confirm", "lines": hidden}).status_code == 302
        assert [book.text for book in ReceiptBook.objects.filter(holder=second)] == ["NX0021—NX0030"]
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.glob("*.upload"))


def test_voiding_a_receipt_on_its_page(page, book):
    receipt = book["NX0001"]
    assert page("tax", "receipt_detail", receipt.pk, post={"reason": "写错"}).status_code == 200
    assert page("helper", "receipt_detail", receipt.pk, post={"reason": ""}).status_code == 400
    receipt.refresh_from_db()
    assert receipt.state == "used"
    page("helper", "receipt_detail", receipt.pk, post={"reason": "写错"})
    receipt.refresh_from_db()
    assert (receipt.state, receipt.void_reason) == ("voided", "写错")


def test_todos(users, cash, deposit):
    from collection.cash.menu import todos
    from core.pages.frame import counted
    from subsidies.campaigns.models import Campaign

    campaign = Campaign.objects.get()
    says = lambda who: [todo.text for todo in counted(todos(users[who], campaign))]  # noqa: E731
    assert says("helper") == says("town") == says("county") == []
    cash("400", 10)
    cash("900", 20, village=OTHER)
    assert says("helper") == ["已逾期 10 天：400.00 元应在10月15日（周二）前缴存，请今天就去缴存。"]
    assert says("town") == ["1 个村现金逾期未缴存，共 400.00 元", "1 个村今天有现金到期，共 900.00 元"]
    deposit()
    assert says("helper") == []
    assert says("town") == ["1 个村今天有现金到期，共 900.00 元", "1 张缴存回单待核验"]


def test_warnings_sent_are_on_the_village_page(page, users):
    OutboxMessage.objects.create(
        key="k",
        kind="duty",
        region_code=VILLAGE,
        to_name="某人",
        text="请立即缴存",
        created_at=datetime.datetime(2024, 10, 25, tzinfo=datetime.UTC),
    )
    assert "请立即缴存" in text(page("helper", "village_cash", VILLAGE))


def test_statements_do_not_grow_with_the_villages(page, cash, deposit, campaign, users):
    def statements():
        counts = {}
        for name in ("cash_board", "deposit_list", "money_places", "receipt_books"):
            with CaptureQueriesContext(connection) as found:
                page("county", name)
            counts[name] = len(found)
        return counts

    def busy(number):
        village = f"411325102{number}"
        cash(village=village)
        deposit(village=village, slip_no=f"HE{number}")
        uses = [receipts.ReceiptUse(f"NX{number}", "", Decimal("400"), datetime.date(2024, 10, 20))]
        receipts.use_receipts(campaign=campaign, village=village, uses=uses, actor=users["helper"])

    busy(200)
    statements()  # what is read once a process
    few = statements()
    for number in range(201, 212):
        busy(number)
    statements()  # what is read once after a change
    assert statements() == few


def test_without_a_campaign_there_is_nothing(make_user):
    client = Client()
    client.force_login(make_user("county", None))
    assert client.get(reverse("cash_board")).status_code == 404


@pytest.mark.parametrize("who", ["county", "tax", "town"])
def test_a_closed_campaigns_page_offers_no_books_and_says_why(page, book, campaign, who):
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    shown = text(page(who, "receipt_books"))
    assert "发放收据本" not in shown and "登记印制的收据" not in shown
    for name, post in (
        ("book_issue", {"holder": VILLAGE if who == "town" else TOWN, "first": "NX0101", "last": "NX0120"}),
        ("book_issue_many", {"way": "confirm", "lines": f"{VILLAGE if who == 'town' else TOWN} NX0101 NX0120"}),
    ):
        shown = text(page(who, name))
        assert "已办结" in shown and '<button type="submit">发放' not in shown and "预览" not in shown
        refused = page(who, name, post=post)
        assert refused.status_code == 400 and "已办结" in text(refused)
    assert ReceiptBook.objects.count() == 3
