"""What the bureau does in its lists: by place and year, in bulk, out as a table, with the past and the way onwards."""

import io
import re
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest
from django.contrib import admin
from django.urls import reverse

from collection.cash.models import Deposit
from collection.cash.services import record_deposit
from config import clock
from core.audit.models import Event
from core.files.photos import read_photo
from core.messages.models import OutboxMessage
from core.pages.frame import menu_for
from tests.collection.paid_people import pay
from tests.factories import photo
from tests.planting import Planter

HERE, NEXT, ELSEWHERE = "411325100001", "411325100002", "411325101200"
CHANGELIST = "admin:{}_changelist"
RESIDENTS = CHANGELIST.format("residents_resident")
DEPOSITS = CHANGELIST.format("collection_deposit")


@pytest.fixture
def bureau(campaign, make_user, client):
    user = make_user("county", "411325")
    client.force_login(user)
    return user


def found(answer) -> list[str]:
    return [str(row) for row in answer.context["cl"].result_list]


def test_a_list_is_filtered_by_township_and_then_by_village(bureau, client, make_resident):
    for village, name in ((HERE, "王一"), (NEXT, "王二"), (ELSEWHERE, "王三")):
        make_resident(village, name=name)
    page = client.get(reverse(RESIDENTS))
    assert "按乡镇筛选" in page.content.decode() and "按村筛选" not in page.content.decode()
    page = client.get(reverse(RESIDENTS), {"township": "411325100"})
    assert sorted(found(page)) == ["王一", "王二"] and "按村筛选" in page.content.decode()
    assert found(client.get(reverse(RESIDENTS), {"township": "411325100", "village_code": NEXT})) == ["王二"]
    assert len(found(client.get(reverse(RESIDENTS), {"township": "x1"}))) == 3


def test_a_list_shows_the_chosen_year_unless_another_is_asked_for(bureau, client, campaign, make_user, make_resident):
    pay(campaign, make_user("village", HERE), HERE)
    address = reverse(CHANGELIST.format("collection_contribution"))
    page = client.get(address)
    chosen = [
        one["display"] for one in page.context["cl"].filter_specs[0].choices(page.context["cl"]) if one["selected"]
    ]
    assert chosen == ["2025年度"] and page.context["cl"].result_count == 1
    assert client.get(address, {"year": "all"}).context["cl"].result_count == 1


def test_a_list_goes_home_as_it_is_filtered_and_masked(bureau, client, make_resident):
    mine, other = make_resident(HERE, name="=王一"), make_resident(ELSEWHERE, name="王三")
    answer = client.get(reverse("admin:residents_resident_export"), {"township": "411325100"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert rows[0][:2] == ("姓名", "证件号码") and "办理" not in rows[0]
    assert [row[0] for row in rows[1:]] == ["=王一"]
    assert mine.id_number not in str(rows) and other.name not in str(rows)
    event = Event.objects.get(action="resident.export")
    assert "1 行" in event.summary and event.actor == bureau
    chosen = client.post(reverse(RESIDENTS), {"action": "export_chosen", "_selected_action": [other.pk]})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(chosen.streaming_content))).active.values)
    assert [row[0] for row in rows[1:]] == ["王三"]


def slip(campaign, user, number: str) -> Deposit:
    return record_deposit(
        campaign=campaign,
        village=HERE,
        amount=Decimal(400),
        slip_no=number,
        paid_on=clock.today(),
        account="农商行医保缴费专户",
        photo=read_photo(io.BytesIO(photo("white" if number.endswith("1") else "red"))),
        actor=user,
    )


def test_slips_are_verified_in_bulk_but_never_by_who_recorded_them(bureau, client, campaign, make_user):
    helper = make_user("village", HERE)
    pay(campaign, helper, HERE)
    pay(campaign, helper, HERE)
    theirs = slip(campaign, helper, "HD0001")
    own = slip(campaign, bureau, "HD0002")
    asked = {"action": "verify_chosen", "_selected_action": [theirs.pk, own.pk]}
    page = client.post(reverse(DEPOSITS), asked, follow=True).content.decode()
    assert "已核验 1 条" in page and "登记人不能核验自己登记的回单" in page
    assert dict(Deposit.objects.values_list("slip_no", "state")) == {"HD0001": "verified", "HD0002": "pending"}
    record = client.get(reverse("admin:collection_deposit_change", args=[theirs.pk])).content.decode()
    assert "办理经过" in record and "核验缴存" in record and reverse("deposit_detail", args=[theirs.pk]) in record


def test_late_villages_are_urged_once_a_day(bureau, client, campaign, make_user, business_clock):
    helper = make_user("village", HERE, phone="13800000001")
    pay(campaign, helper, HERE)
    business_clock("2024-11-05T09:00")
    accounts = reverse(CHANGELIST.format("collection_villageaccount"))
    chosen = [str(pk) for pk in campaign.accounts.values_list("pk", flat=True)]
    for _ in range(2):
        page = client.post(
            accounts, {"action": "urge_chosen", "_selected_action": chosen}, follow=True
        ).content.decode()
        assert "已向 1 个村催缴" in page
    assert OutboxMessage.objects.filter(key__contains=":urge:").count() == 1
    assert "已逾期" in OutboxMessage.objects.get(key__contains=":urge:").text


def test_the_system_officer_closes_accounts_in_bulk_and_the_security_officer_does_not(campaign, make_user, client):
    helper, officer = make_user("village", HERE), make_user("security", "411325")
    address, asked = reverse(CHANGELIST.format("core_user")), {"action": "close_chosen"}
    client.force_login(officer)
    client.post(address, {**asked, "_selected_action": [helper.pk]})
    helper.refresh_from_db()
    assert helper.is_active
    client.force_login(make_user("system", "411325"))
    page = client.post(address, {**asked, "_selected_action": [helper.pk, officer.pk]}, follow=True).content.decode()
    helper.refresh_from_db()
    officer.refresh_from_db()
    assert "已停用账号 1 条" in page and not helper.is_active and officer.is_active


def test_no_object_has_two_lists(bureau, make_user):
    addresses = {line["label"]: line["url"] for line in menu_for(bureau)}
    assert addresses["居民"] == reverse(RESIDENTS) and addresses["缴存回单"] == reverse(DEPOSITS)
    township = {line["label"]: line["url"] for line in menu_for(make_user("township", "411325100"))}
    assert township["缴存回单"] == reverse("deposit_list")
    inside = [line["label"] for line in menu_for(bureau, reverse("deposit_list")) if line["active"]]
    assert inside == ["缴存回单"]


def test_a_list_is_light_and_speaks_chinese(bureau, client):
    for model in admin.site._registry:
        if not admin.site._registry[model].is_open_to(bureau):
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        page = client.get(reverse(CHANGELIST.format(name))).content.decode()
        assert "jquery" not in page and "xregexp" not in page, name
        assert "导出" in page and "Select all" not in page and "增加" not in page and "以 " not in page, name


def test_every_record_is_named_in_chinese_and_links_only_what_opens(client, campaign, make_user):
    """Of each list one record: no raw name of a field or of a model, and no link that refuses who follows it."""
    user, own, wrong = make_user("county", "411325"), Planter(HERE, "DD", 1).plant(), []
    client.force_login(user)
    seen: dict[str, int] = {}
    for model, its in admin.site._registry.items():
        if not its.has_view_permission(SimpleNamespace(user=user)):
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[own.row(model).pk])
        page = client.get(address).content.decode()
        page = page[page.index('id="content"') :]
        wrong += [f"{address}: {text}" for text in re.findall(r"\w+ object \([^)]*\)|<label>\s*[A-Z]\w+[^<]*", page)]
        for link in re.findall(r'<a href="(/[^"?#]+)"', page):
            seen[link] = seen.get(link) or client.get(link).status_code
            wrong += [f"{address}: {link} {seen[link]}"] if seen[link] >= 400 else []
    assert wrong == []
