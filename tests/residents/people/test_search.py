"""Finding a resident: what was typed decides how, along an index, and only within one's region."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.audit.models import Event
from residents.people.models import Resident
from residents.people.search import find_residents, found_in_order
from residents.people.views import LISTED

HERE, ELSEWHERE = "411325100001", "411325101200"


@pytest.fixture
def people(campaign, make_resident):
    names = ["王小明", "王小", "王小明明", "欧阳娜娜", "王"]
    for position, name in enumerate(names):
        make_resident(HERE, name=name, birth=f"198{position}-01-02")
    make_resident(HERE, name="新生儿", id_number="W123456789", document_type="birth", birth="2024-09-01")
    return {one.name: one for one in Resident.objects.all()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王小明", {"王小明"}),
        ("王小", {"王小"}),
        ("欧阳", {"欧阳娜娜"}),
        ("欧", {"欧阳娜娜"}),
        ("赵", set()),
        (" 欧阳娜娜 ", {"欧阳娜娜"}),
        ("w123456789", {"新生儿"}),
        ("123", set()),
    ],
)
def test_names_and_certificates(people, text, found):
    assert set(find_residents(Resident.objects.all(), text).values_list("name", flat=True)) == found


def test_numbers_whole_and_begun(people):
    number = people["欧阳娜娜"].id_number
    rows = Resident.objects.all()
    assert find_residents(rows, number).get().name == "欧阳娜娜"
    assert find_residents(rows, number.lower().replace("19", "１９")).get().name == "欧阳娜娜"
    assert find_residents(rows, number[:14]).get().name == "欧阳娜娜"
    assert find_residents(rows, "4113").count() == 5
    assert find_residents(rows, "9999").count() == 0
    assert find_residents(rows, "").count() == 6


@pytest.mark.parametrize(
    ("text", "index"), [("欧", "resident_name"), ("411325198301020011", "resident_n"), ("41132519", "resident_number")]
)
def test_every_search_follows_an_index(people, text, index):
    rows = Resident.objects.all()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE residents_resident")  # else by what the server last saw of other tests' people
            cursor.execute("SET LOCAL enable_seqscan = off")
    else:  # which would rather start from the villages of a region, and read all who live there
        rows = rows.in_region("411325")
    plan = found_in_order(rows, text).values(*LISTED)[:50].explain()
    assert index in plan or "one_resident_a_document" in plan, plan
    assert "resident_village" not in plan, plan


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王", ["王"]),
        ("欧", ["欧阳乙", "欧阳娜娜"]),
        ("411325198", ["王小明", "王小", "王小明明", "欧阳娜娜", "王"]),
        ("", ["王小明", "王小", "王小明明", "欧阳娜娜", "王", "新生儿", "欧阳乙"]),
    ],
)
def test_a_list_stands_in_the_order_of_the_index_that_finds_it(people, make_resident, text, names):
    make_resident(ELSEWHERE, name="欧阳乙", id_number="130628199001020013", birth="1990-01-02")
    assert list(found_in_order(Resident.objects.all(), text).values_list("name", flat=True)) == names


@pytest.mark.parametrize(
    ("role", "region", "sees"),
    [
        ("county", "411325", {"甲一", "甲二"}),
        ("township", "411325100", {"甲一"}),
        ("village", HERE, {"甲一"}),
        ("village", ELSEWHERE, {"甲二"}),
        ("tax", "411325", {"甲一", "甲二"}),
        ("county", None, set()),
    ],
)
def test_a_list_ends_at_the_region(client, campaign, make_user, make_resident, role, region, sees):
    make_resident(HERE, name="甲一")
    make_resident(ELSEWHERE, name="甲二")
    client.force_login(make_user(role, region))
    page = client.get(reverse("resident_list"), {"q": "甲"}).content.decode()
    assert {name for name in ("甲一", "甲二") if name in page} == sees


def test_the_list_asks_as_many_questions_for_one_as_for_fifty(
    client, campaign, make_user, make_resident, django_assert_num_queries
):
    client.force_login(make_user("county", "411325"))
    make_resident(HERE, name="甲")
    client.get(reverse("resident_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("resident_list"))
    for serial in range(49):
        make_resident(HERE, name=f"乙{serial}", birth="1990-01-01")
    with django_assert_num_queries(len(one)):
        assert "乙48" in client.get(reverse("resident_list")).content.decode()
    assert len(one) <= 7  # two of them for the places to choose from and the filters kept under a name


def test_the_story_masks_and_a_stated_purpose_unmasks_once(client, campaign, make_user, make_resident):
    resident = make_resident(HERE, name="李秀英", phone="13800001234")
    user = make_user("township", "411325100")
    client.force_login(user)
    url = reverse("resident_story", args=[resident.pk])
    page = client.get(url).content.decode()
    assert resident.id_number not in page and "138****1234" in page
    for title in (
        "同户人员",
        "人员状态",
        "参保年度",
        "身份类别",
        "应缴核算与缴费",
        "资金去向",
        "申报、反馈与入库",
        "退费",
    ):
        assert title in page
    reveal = reverse("resident_number", args=[resident.pk])
    assert client.get(reveal).status_code == 405
    assert resident.id_number not in client.post(reveal, {"purpose": ""}).content.decode()
    assert not Event.objects.filter(action="resident.see_number").exists()
    whole = client.post(reveal, {"purpose": "核对身份证"}).content.decode()
    assert resident.id_number in whole and "13800001234" in whole
    event = Event.objects.get(action="resident.see_number")
    assert (event.actor_id, event.object_id, event.region_code) == (user.pk, str(resident.pk), HERE)
    assert "核对身份证" in event.summary
    assert resident.id_number not in client.get(url).content.decode()


def test_the_story_asks_a_constant_number_of_questions(
    client, campaign, make_user, make_resident, django_assert_num_queries
):
    client.force_login(make_user("township", "411325100"))
    resident = make_resident(HERE)
    url = reverse("resident_story", args=[resident.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for year in range(2010, 2024):
        resident.insured_years.create(year=year, source="往年")
        resident.statuses.create(
            status="army", since=datetime.date(year, 1, 1), source="名单", recorded_at="2024-01-01T00:00Z"
        )
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_a_story_outside_the_region_is_not_found(client, campaign, make_user, make_resident):
    resident = make_resident(ELSEWHERE)
    client.force_login(make_user("village", HERE))
    assert client.get(reverse("resident_story", args=[resident.pk])).status_code == 404
    assert client.post(reverse("resident_number", args=[resident.pk]), {"purpose": "看看"}).status_code == 404
    assert not Event.objects.filter(action="resident.see_number").exists()
