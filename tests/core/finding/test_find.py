"""One search for everything: what each part finds, for whom, at what cost; and nothing typed stands in an address."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.cash.models import Deposit
from collection.declarations.models import Declaration
from collection.receipts.models import Receipt
from core.finding.registry import MOST, find
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from core.regions.names import official_kind
from residents.counter.services import change_resident
from residents.people.finding import COMMON, names_with
from residents.people.models import FormerNumber, Household, NamePart, Resident
from residents.people.name_parts import learn_if_unknown, learn_names
from residents.people.pinyin import parts
from subsidies.campaigns.selectors import CampaignSelection
from subsidies.campaigns.services import open_campaign
from tests.planting import Planter

pytestmark = pytest.mark.django_db
COUNTY, TOWN, VILLAGE, OTHER = "411325", "411325100", "411325100001", "411325101200"


@pytest.fixture(autouse=True)
def _no_places_kept_from_before():
    cache.clear()


@pytest.fixture
def person(campaign, make_resident):
    home = Household.objects.create(village_id=VILLAGE, number="0042", head_name="单小明")
    found = make_resident(VILLAGE, name="单小明", household=home, phone="19900001234")
    learn_names(["单小明"])
    return found


@pytest.fixture
def answers(make_user):
    """`answers(text)` → the texts of the hits by the label of their group, for a role in a region."""

    def ask(text, role="county", region=COUNTY):
        user = make_user(role, region, department="民政局" if role == "department" else "")
        return {group.label: [hit.text for hit in group.hits] for group in find(user, text) if group.hits}

    return ask


@pytest.mark.parametrize(
    "typed",
    [
        "单小明",
        "小明",
        "明",
        "单",
        "shanxiaoming",
        "Shan Xiaoming",
        "xiaoming",
        "shanx",
        "sxm",
        "SXM",
        "xm",
        "shanxm",
        "19900001234",
    ],
)
def test_a_person_by_whatever_is_remembered(person, answers, typed):
    assert answers(typed)["居民"] == ["单小明"]


@pytest.mark.parametrize("typed", ["dan", "danxiaoming", "小红", "xh", "mingxiao", "1990000123", "%", "_", "'"])
def test_what_is_not_part_of_the_name_finds_nobody(person, answers, typed):
    assert "居民" not in answers(typed)


def test_a_person_by_the_number_its_end_and_its_beginning_and_a_former_number(person, answers):
    FormerNumber.objects.create(
        resident=person,
        document_type="id_card",
        id_number="411325194910010017",
        given_up_on="2020-01-01",
        reason="更正",
    )
    for typed in (person.id_number, person.id_number[-4:], person.id_number[:14], "411325194910010017"):
        assert answers(typed)["居民"] == ["单小明"], typed


@pytest.mark.sqlite
def test_the_last_four_are_looked_for_along_their_index(person, make_user):
    """PostgreSQL prefers to read a small table whole; SQLite says what it would do however small it is."""
    user = make_user("county", COUNTY)
    with CaptureQueriesContext(connection) as seen:
        find(user, person.id_number[-4:])
    (asked,) = (one["sql"] for one in seen if "SUBSTR" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        assert "resident_tail" in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("role", "region", "sees"),
    [
        ("township", TOWN, True),
        ("village", VILLAGE, True),
        ("tax", COUNTY, True),
        ("township", "411325101", False),
        ("village", OTHER, False),
        ("leader", COUNTY, False),
        ("department", COUNTY, False),
        ("audit", COUNTY, False),
    ],
)
@pytest.mark.parametrize("typed", ["单小明", "sxm", "0042"])
def test_only_for_those_who_may_see_the_person(person, answers, role, region, sees, typed):
    found = answers(typed, role, region)
    assert ("居民" in found or "户" in found) is (sees and (typed != "0042" or role != "tax"))


def test_places_households_and_pages(person, answers):
    assert "夏馆镇" in answers("夏馆")["区划"]
    assert "夏馆镇" in answers("xiag", "leader")["区划"]
    assert answers("0042户")["户"] == ["0042户 单小明"]
    assert "退费" in answers("退费")["页面"]
    assert answers("退费")["操作手册"] != answers("退费", "leader").get("操作手册")
    assert "操作手册" not in answers("退")


def test_a_place_lies_in_the_readers_own_region_and_leads_to_its_progress(campaign, answers, make_user):
    names = {official_kind(region.name) for region in Region.objects.filter(parent_id=TOWN)}
    found = find(make_user("township", TOWN), "村")
    places = next(group for group in found if group.label == "区划")
    assert places.hits and {hit.text for hit in places.hits} <= names
    assert all(hit.url.startswith(reverse("progress", args=[TOWN])[:-1]) for hit in places.hits)
    assert len(answers(TOWN)["区划"]) == 1
    assert "区划" not in answers("。。")


def test_a_place_is_called_as_its_county_calls_it(make_user, business_clock):
    """高阳县锦华街道 is registered with its county in front, and found with it or without."""
    open_campaign(policy_id="130628-2026")
    officer = make_user("county", "130628")
    for typed in ("锦华", "高阳县锦华街道", "jinhua"):
        found = {group.label: [hit.text for hit in group.hits] for group in find(officer, typed)}
        assert found["区划"] == ["锦华街道"]


def test_a_declaration_by_its_township(campaign, answers, make_user):
    row = Planter(VILLAGE, "QX", 1).plant().row(Declaration)
    assert answers(row.township.name[:2])["申报表"] == [str(row)]
    assert "申报表" not in answers("夏馆")


def test_papers_and_households_are_counted_together_and_read_where_they_are(person, make_user, many_queries):
    """One statement for people, one for all the rest; a household that is there is read by one more."""
    user = make_user("county", COUNTY)
    user.campaign_selection = CampaignSelection(COUNTY)
    find(user, "0041")
    assert many_queries(lambda: find(user, "0041")) == 2
    assert many_queries(lambda: find(user, "0042")) == 3


def test_a_receipt_a_slip_and_a_declaration(client, campaign, make_user):
    own = Planter(VILLAGE, "QX", 1).plant()
    user = make_user("county", COUNTY)
    for model, label, number in (
        (Receipt, "收据", "number"),
        (Deposit, "缴存回单", "slip_no"),
        (Declaration, "申报表", "confirmation_no"),
    ):
        row = own.row(model)
        model.objects.filter(pk=row.pk).update(**{number: "ZX90001"})
        groups = {group.label: group for group in find(user, "zx90001")}
        assert [client.force_login(user) or client.get(hit.url).status_code for hit in groups[label].hits] == [200]


@pytest.mark.parametrize("typed", ["单", "shan", "小明", "xm"])
def test_a_common_part_finds_the_first_and_says_that_there_are_more(campaign, make_user, typed):
    """More names have it than are worth asking for one by one."""
    Resident.objects.bulk_create(
        Resident(
            village_id=VILLAGE,
            name=f"单小明{chr(0x4E00 + number)}",
            id_number=f"CX{number:08d}",
            document_type="birth",
            birth_date="2020-01-01",
            sex="M",
            registered_on="2024-01-01",
        )
        for number in range(MOST + 5)
    )
    NamePart.objects.bulk_create(NamePart(part=typed, name=f"另{number}") for number in range(COMMON + 1))
    group = next(group for group in find(make_user("village", VILLAGE), typed) if group.label == "居民")
    assert (len(group.hits), group.more) == (MOST, True)


def test_finding_takes_as_many_statements_among_many_as_among_few(person, make_user, make_resident, many_queries):
    user = make_user("county", COUNTY)
    few = many_queries(lambda: find(user, "xm"))
    steps = 2  # names are asked for in three steps at most
    for number in range(30):
        name = f"单小明{chr(0x5200 + number)}"
        make_resident(VILLAGE, name=name)
        learn_names([name])
    assert many_queries(lambda: find(user, "xm")) <= few + steps
    assert few <= 10


@pytest.fixture
def many_queries():
    def count(run):
        with CaptureQueriesContext(connection) as seen:
            run()
        return len(seen)

    return count


# --- what names are found by -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("王小明", {"王小明", "小明", "明", "wangxiaoming", "xiaoming", "ming", "wxm", "xm", "wangxm"}),
        ("买买提·吐尔逊", {"吐尔逊", "tuerxun", "maimaitituerxun"}),
        ("吕布", {"lvbu", "lb"}),
        ("JOHN SMITH", {"johnsmith"}),
        ("𠮷田", {"𠮷田", "田"}),
    ],
)
def test_parts_of_a_name(name, has):
    assert has <= parts(name)


def test_learning_is_safe_to_repeat_and_costs_nothing_for_known_names(django_assert_num_queries):
    learn_names(["王小明", "李兰", "王小明"])
    count = NamePart.objects.count()
    with django_assert_num_queries(1):
        learn_names(["王小明", "李兰"])
    assert NamePart.objects.count() == count
    assert names_with("xiaom", 2) == (["王小明"], True)


def test_whoever_is_registered_at_the_counter_or_renamed_is_found(campaign, make_user, make_resident, answers):
    clerk = make_user("county", COUNTY)
    person = make_resident(VILLAGE, name="单小明")
    change_resident(resident=person, name="仇大海", actor=clerk)
    assert answers("qiudh")["居民"] == ["仇大海"]


def test_names_nobody_learnt_are_learnt_by_a_job(campaign, make_resident, silent_queue, answers):
    make_resident(VILLAGE, name="查良")
    assert "居民" not in answers("zhal")
    for _ in range(2):
        learn_if_unknown()
    job = Job.objects.get(kind="names.learn")
    jobs.run(job.pk)
    assert answers("zhal")["居民"] == ["查良"]
    learn_if_unknown()
    assert Job.objects.filter(kind="names.learn").count() == 1


# --- the page ----------------------------------------------------------------------------------------------------


def test_nothing_typed_stands_in_an_address(client, person, make_user):
    client.force_login(make_user("county", COUNTY))
    for send in (client.post, client.get):
        answer = send(reverse("find"), {"find": "小明", "_search": "1"})
        assert answer.status_code == 302
        assert "%" not in answer.url and "小明" not in answer.url and "~" in answer.url
    page = client.get(answer.url).content.decode()
    assert "单小明" in page and person.id_number not in page


def test_where_nothing_is_found_the_page_says_what_was_looked_through(client, person, make_user):
    client.force_login(make_user("county", COUNTY))
    page = client.post(reverse("find"), {"find": "没有这人", "_search": "1"}, follow=True).content.decode()
    assert "没有找到" in page and "收据号" in page and "拼音" in page
    assert "没有找到" not in client.get(reverse("find")).content.decode()
