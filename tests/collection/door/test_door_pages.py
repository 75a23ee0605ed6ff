"""What a phone and the pages get: answers by entry, a secret that opens nothing else, cases decided by the township."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.door.models import DoorEntry, Phone
from collection.door.phones import MOST_PHONES, cut_off_phone, register_phone
from collection.ledgers.models import LedgerRow
from core.accounts.models import User
from core.audit.models import Event
from core.regions.models import Region
from subsidies.campaigns.services import open_campaign
from tests.collection.door.door_world import VILLAGE, household, in_hand, message, take
from tests.collection.ledgers.test_ledgers import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
OTHER = "411325101201"


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def clerk(make_user):
    return make_user("township", VILLAGE[:9])


@pytest.fixture
def family(make_resident):
    return household(make_resident, "0001", "李春生", "李秀英")


@pytest.fixture
def phone(campaign, helper):
    return register_phone(user=helper, village=helper.region, label="安卓手机")


def upload(secret, *entries, year=2025):
    """What a phone without any session sends."""
    body = json.dumps({"year": year, "entries": list(entries)})
    answer = Client(enforce_csrf_checks=True).post(
        reverse("door_upload"), body, content_type="application/json", headers={"X-Phone": secret}
    )
    return answer.status_code, answer.json()


def test_a_phone_hands_in_without_a_session_and_is_told_what_is_in_hand(family, phone):
    sent = message(family, "NX0101")
    status, told = upload(phone.secret, sent)
    assert (status, [result["state"] for result in told["results"]]) == (200, ["booked"])
    assert told["hand"]["amount"] == "800.00" and "缴存" in told["hand"]["headline"]
    assert told["numbers"] == [["NX", 4, 102, 120]]
    assert upload(phone.secret, sent)[1]["results"] == told["results"]
    assert (DoorEntry.objects.get().phone, in_hand()) == (phone.phone, 800)


def test_entries_are_answered_one_by_one(family, phone, make_resident):
    other = household(make_resident, "0002", "王建国")
    good, wrong = message(other, "NX0102"), {"id": "x"}
    unknown = message(family, "NX0103", year=2031)
    results = upload(phone.secret, wrong, good, unknown, message(family, "NX0102"))[1]["results"]
    assert [result["state"] for result in results] == ["unreadable", "booked", "unreadable", "case"]
    assert "2031" in results[2]["says"][0] and "NX0102" in results[3]["says"][0]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"entries": {}}', '{"entries": 7}', "[" * 100_000])
def test_what_is_no_upload_is_refused(phone, body):
    answer = Client().post(
        reverse("door_upload"), body[:60_000], content_type="application/json", headers={"X-Phone": phone.secret}
    )
    assert answer.status_code == 400


def test_a_secret_that_nobody_has_opens_nothing(campaign, family):
    for secret in ("", "x" * 43, "x" * 5000):
        assert upload(secret, message(family, "NX0101"))[0] == 403
    assert DoorEntry.objects.count() == 0


def test_the_secret_opens_no_page(client, phone):
    answer = client.get(reverse("households", args=[VILLAGE]), headers={"X-Phone": phone.secret})
    assert answer.status_code == 302 and "/login/" in answer.url


def test_a_phone_cut_off_is_told_to_forget_and_what_it_sends_waits(family, phone, clerk):
    cut_off_phone(phone=phone.phone, reason="手机丢失", actor=clerk)
    told = upload(phone.secret, message(family, "NX0101"))[1]
    assert told["wipe"] and "hand" not in told and "numbers" not in told
    assert [result["state"] for result in told["results"]] == ["case"]
    assert Phone.objects.get().wiped_at and Event.objects.filter(action="phone.wipe").count() == 1
    upload(phone.secret)
    assert Event.objects.filter(action="phone.wipe").count() == 1


#: What an account has become while its phone was away.
OVER = {
    "closed": {"is_active": False},
    "of another village": {"region_id": OTHER},
    "of no village": {"region_id": None},
    "an office's": {"role": "county", "region_id": "411325"},
}


@pytest.mark.parametrize("change", OVER.values(), ids=OVER)
def test_a_helper_who_collects_here_no_more_keeps_nothing(family, phone, helper, change):
    assert "wipe" not in upload(phone.secret)[1]
    User.objects.filter(pk=helper.pk).update(**change)
    told = upload(phone.secret, message(family, "NX0101"))[1]
    assert told["wipe"] and told["results"][0]["state"] == "case"


def post(client, url, data):
    return client.post(url, json.dumps(data), content_type="application/json")


def test_without_a_phone_the_page_hands_in_by_its_session(client, family, helper, clerk, make_user):
    url = reverse("door_take", args=[VILLAGE])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(helper)
    assert post(strict, url, {"entries": []}).status_code == 403
    for user, status in (
        (helper, 200),
        (clerk, 200),
        (make_user("village", OTHER), 404),
        (make_user("county", "411325"), 403),
    ):
        client.force_login(user)
        assert post(client, url, {"year": 2025, "entries": []}).status_code == status
    client.force_login(clerk)
    told = post(client, url, {"year": 2025, "entries": [message(family, "NX0101")]}).json()
    assert told["results"][0]["state"] == "booked"
    assert DoorEntry.objects.get().taken_by == clerk


def test_a_county_without_a_limit_gets_the_same_answer_without_the_clock(make_user, business_clock, make_resident):
    business_clock("2025-11-10T11:00")
    open_campaign(policy_id="140521-2026")
    village = Region.objects.filter(level="village", code__startswith="140521").first()
    user = make_user("village", village.pk)
    people = household(make_resident, "0001", "沁小明", village=village.pk)
    phone = register_phone(user=user, village=village, label="")
    sent = message(people, "QS0001", amount="320.00", paid_on="2025-11-10", listed_on="2025-11-10", year=2026)
    told = upload(phone.secret, sent, year=2026)[1]
    assert told["results"][0]["state"] == "booked"
    assert "没有规定缴存期限" in told["hand"]["headline"] and told["hand"]["amount"] == "320.00"


def test_a_phone_is_registered_by_who_is_logged_in_on_it(client, campaign, helper, clerk):
    url = reverse("door_register", args=[VILLAGE])
    client.force_login(clerk)
    assert post(client, url, {}).status_code == 403
    client.force_login(helper)
    for _ in range(MOST_PHONES):
        made = post(client, url, {"label": "安卓手机"}).json()
    assert made["secret"] not in str(Phone.objects.values())
    assert post(client, url, {}).status_code == 400
    assert Event.objects.filter(action="phone.register").count() == MOST_PHONES


def test_the_township_cuts_a_phone_off_on_its_page(client, phone, clerk, make_user):
    url = reverse("door_phone", args=[phone.phone.pk])
    client.force_login(make_user("township", "411325100"))
    assert client.get(url).status_code == 404
    client.force_login(clerk)
    assert "安卓手机" in client.get(reverse("door_phones")).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 400
    client.post(url, {"reason": "手机丢失"})
    assert Phone.objects.get().cut_off_by == clerk
    assert "手机丢失" in client.get(reverse("door_phones")).content.decode()


@pytest.fixture
def case(campaign, helper, family, make_resident):
    take(campaign, helper, message(household(make_resident, "0002", "王建国"), "NX0101"))
    take(campaign, helper, message(family[:1], "NX0101"))
    return LedgerRow.objects.get(state="bad")


def test_a_case_stands_on_the_first_page_and_in_the_list(client, case, helper, clerk, family):
    for user in (helper, clerk):
        client.force_login(user)
        assert "入户收款有 1 笔没有记上账" in client.get("/").content.decode()
        page = client.get(reverse("door_cases")).content.decode()
        assert "李春生" in page and "400.00" in page and family[0].id_number not in page
    assert "登记退还" in client.get(reverse("door_case", args=[case.pk])).content.decode()


def test_a_helper_does_not_decide_that_the_money_went_back(client, case, helper):
    client.force_login(helper)
    url = reverse("door_case", args=[case.pk])
    for step in ("return", "accept"):
        client.post(url, {"step": step, "returned_on": "2024-10-25", "note": "退了"})
    case.refresh_from_db()
    assert case.state == "bad" and "登记退还" not in client.get(url).content.decode()


def test_the_township_writes_down_that_it_went_back(client, case, clerk):
    client.force_login(clerk)
    url = reverse("door_case", args=[case.pk])
    assert client.post(url, {"step": "return", "returned_on": "2024-10-25", "note": ""}).status_code == 400
    answer = client.post(
        url, {"step": "return", "returned_on": "2024-10-25", "note": "退给本人，电话核实"}, follow=True
    )
    assert "已登记退还" in answer.content.decode()
    case.refresh_from_db()
    assert (case.state, in_hand()) == ("returned", 400)


def test_a_case_whose_number_is_mended_is_booked_by_confirming_the_days_ledger(client, case, helper, silent_queue):
    client.force_login(helper)
    row = reverse("ledger_row", args=[case.batch_id, case.number])
    client.post(row, {"step": "mend", "receipt_no": "NX0102"})
    assert in_hand() == 800
    client.post(reverse("ledger_confirm", args=[case.batch_id]))
    work()
    case.refresh_from_db()
    assert (case.state, in_hand(), Contribution.objects.count()) == ("confirmed", 800, 2)


def test_statements_of_the_list_of_cases_do_not_grow(client, campaign, helper, clerk, make_resident):
    def add(start, count):
        for number in range(start, start + count):
            take(campaign, helper, message(household(make_resident, f"1{number:03d}", "王建国"), "NX9999"))

    add(0, 2)
    client.force_login(clerk)
    client.get(reverse("door_cases"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("door_cases"))
    add(2, 8)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("door_cases"))
    assert len(many) == len(few)


def test_the_app_s_own_files_hold_nobodys_data_and_open_for_anybody(client, family):
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "default-src 'none'" in worker["Content-Security-Policy"] and "door-queue" in worker.content.decode()
    manifest = client.get("/manifest.webmanifest")
    assert manifest.json()["display"] == "standalone"
    shell = client.get("/door/").content.decode()
    assert "李春生" not in shell and "<script>" not in shell and "csrf" not in shell
