"""Lists narrowed to a place that is typed and kept in the address, and filters kept under a name of one's own."""

import pytest
from django.urls import reverse

from collection.ledgers.models import LedgerBatch
from core.filters.models import SavedFilter
from core.filters.selectors import ListFilter
from core.filters.services import MOST, drop_filter, save_filter
from core.refusals import Refused
from tests.planting import Planter

pytestmark = pytest.mark.django_db
COUNTY, TOWN, VILLAGE = "411325", "411325101", "411325101200"
LISTS = (
    "ledger_list",
    "deposit_list",
    "refund_list",
    "declaration_list",
    "notice_list",
    "failure_list",
    "self_payment_list",
    "stuck_people",
    "resident_list",
    "receipt_books",
)


@pytest.fixture
def asked(rf, campaign, make_user):
    def ask(text, role="county", region=COUNTY):
        request = rf.get("/ledgers/", {"place": text} if text else {})
        request.user = make_user(role, region)
        return ListFilter(request)

    return ask


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("", COUNTY),
        ("夏馆镇", TOWN),
        ("夏馆", TOWN),
        ("夏馆镇 师家湾村", VILLAGE),
        ("师家湾", VILLAGE),
        (VILLAGE, VILLAGE),
        ("没有这里", ""),
        ("村", ""),
        ("411326", ""),
    ],
)
def test_which_place_is_meant(asked, typed, prefix):
    assert asked(typed).prefix == prefix


def test_a_place_of_somebody_elses_is_not_there(asked):
    assert asked("城关镇", "township", TOWN).is_unknown
    assert set(asked("", "township", TOWN).choices.values()) <= {TOWN} | {
        code for code in asked("").choices.values() if code.startswith(TOWN)
    }
    assert asked("", "village", VILLAGE).choices == {}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_narrowed_and_keeps_it_in_the_address(client, campaign, make_user, name):
    client.force_login(make_user("county", COUNTY))
    page = client.get(reverse(name), {"place": "夏馆镇 师家湾村"}).content.decode()
    assert 'value="夏馆镇 师家湾村"' in page and "保存这组筛选" in page
    assert "没有找到乡镇或村" in client.get(reverse(name), {"place": "没有这里"}).content.decode()


def test_only_the_rows_of_the_place_are_shown(client, campaign, make_user):
    rows = [
        Planter(code, f"PL{code[-3:]}", serial).plant().row(LedgerBatch)
        for serial, code in enumerate((VILLAGE, "411325100001"), 1)
    ]
    client.force_login(make_user("county", COUNTY))
    page = client.get(reverse("ledger_list"), {"place": "夏馆镇"}).content.decode()
    assert reverse("ledger_detail", args=[rows[0].pk]) in page
    assert reverse("ledger_detail", args=[rows[1].pk]) not in page


def test_a_filter_is_kept_under_a_name_used_and_dropped(client, campaign, make_user):
    user, other = make_user("county", COUNTY), make_user("county", COUNTY)
    client.force_login(user)
    path = reverse("ledger_list")
    sent = {"path": path, "query": "place=夏馆镇&state=checked&page=3", "name": "夏馆待确认"}
    for _ in range(2):
        assert client.post(reverse("filter_save"), sent).status_code == 302
    saved = SavedFilter.objects.get()
    assert "page" not in saved.query
    page = client.get(path).content.decode()
    assert "夏馆待确认" in page and f"?{saved.query}".replace("&", "&amp;") in page
    client.force_login(other)
    assert "夏馆待确认" not in client.get(path).content.decode()
    assert client.post(reverse("filter_drop", args=[saved.pk]), {"path": path}).status_code == 404
    assert SavedFilter.objects.exists()
    drop_filter(actor=user, pk=saved.pk)
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("place=夏馆镇", " ", "请写一个名称"),
        ("", "空", "还没有选择"),
        ("page=2", "空", "还没有选择"),
        ("q=411325199001011234", "号码", "不能保存"),
        ("q=~abcdefghijkl", "号码", "不能保存"),
        ("place=夏馆镇", "长" * 21, "太长"),
        (f"place={'长' * 60}", "长条件", "条件太长"),
    ],
)
def test_what_is_not_kept(campaign, make_user, query, name, says):
    with pytest.raises(Refused, match=says):
        save_filter(actor=make_user("county", COUNTY), path="/ledgers/", query=query, name=name)


def test_there_is_an_end_to_what_is_kept(campaign, make_user):
    user = make_user("county", COUNTY)
    for number in range(MOST):
        save_filter(actor=user, path="/ledgers/", query="state=checked", name=str(number))
    save_filter(actor=user, path="/ledgers/", query="state=read", name="0")
    with pytest.raises(Refused, match=f"{MOST} 组"):
        save_filter(actor=user, path="/ledgers/", query="state=checked", name="多")


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org/", "/nowhere/", ""])
def test_it_leads_back_to_a_page_of_this_site(client, campaign, make_user, path):
    client.force_login(make_user("county", COUNTY))
    sent = {"path": path, "query": "state=checked", "name": "甲"}
    assert client.post(reverse("filter_save"), sent).url == "/"
