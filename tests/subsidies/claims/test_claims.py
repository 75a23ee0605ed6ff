"""报销清单: read, confirmed, taken back; and the large-illness incentives that follow from them."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access.roles import Role
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from residents.people.models import InsuredYear
from subsidies import tasks  # noqa: F401 - registers the handlers
from subsidies.claims import services
from subsidies.claims.models import Claim, ClaimList
from subsidies.claims.selectors import count_awards
from subsidies.quotes.awards import large_illness, zero_claim_years
from subsidies.quotes.selectors import awards_of
from tests.factories import invented_number, workbook
from tests.years import open_next_year

VILLAGE, FAR = "411325101200", "411325102200"
TITLES = ("姓名", "身份证号码", "基金支付金额", "使用奖励额度")
UNKNOWN = invented_number(datetime.date(1950, 1, 1), "M", 77)


@pytest.fixture
def following(campaign, silent_queue, business_clock):
    """The year after 2025, whose incentives the claims of 2025 decide."""
    business_clock("2026-02-02T10:00")
    return open_next_year(campaign)


@pytest.fixture
def officer(make_user):
    return make_user(Role.COUNTY, "411325")


@pytest.fixture
def people(following, make_resident):
    """Insured since 2021; the last one not in 2024."""
    found = [make_resident(VILLAGE, name=name) for name in ("王零", "李报", "赵用", "孙断")]
    missed = {found[3]: {2024}}
    InsuredYear.objects.bulk_create(
        InsuredYear(resident=one, year=year, source="往年参保数据")
        for one in found
        for year in range(2021, 2026)
        if year not in missed.get(one, ())
    )
    return found


def listing(*rows):
    return SimpleUploadedFile("报销.xlsx", workbook([TITLES, *rows]))


def work():
    for job in Job.objects.filter(state=Job.State.QUEUED):
        jobs.run(job.pk)


def take(following, officer, *rows, year=2025, complete=True, confirm=True):
    listed = services.take_list(
        county=following.county, year=year, complete=complete, document="结算系统导出", file=listing(*rows),
        name="报销.xlsx", actor=officer,
    )  # fmt: skip
    work()
    listed.refresh_from_db()
    if confirm:
        services.confirm_list(listed=listed, actor=officer)
        work()
        listed.refresh_from_db()
    return listed


def steps(following, person):
    award = awards_of(campaign=following, resident_ids=[person.pk])[person.pk]
    return award.continuous_steps, award.zero_claim_steps, award.raised


def test_who_is_not_on_a_complete_list_had_no_claim(following, people, officer):
    never, claimed, used, gap = people
    assert steps(following, never) == (2, 0, 2000)
    assert "另看报销记录" in awards_of(campaign=following, resident_ids=[never.pk])[never.pk].reasons[0].says
    rows = [(claimed.name, claimed.id_number, 800.5, None), (used.name, used.id_number, "9,000", 500)]
    listed = take(following, officer, *rows, (never.name, never.id_number, 0, None))
    assert (listed.state, listed.people, listed.unpaid) == ("applied", 2, 1)
    assert [steps(following, one)[:2] for one in people] == [(2, 1), (2, 0), (2, 0), (0, 1)]
    (reason,) = awards_of(campaign=following, resident_ids=[never.pk])[never.pk].reasons
    assert "零报销激励 1 次（2025 年）" in reason.says and "四（二）1" in str(reason.source)
    for _ in range(2):
        services.withdraw_list(listed=listed, reason="导错年度", actor=officer)
    assert steps(following, never) == (2, 0, 2000) and Claim.objects.count() == 2
    again = take(following, officer, *rows, (never.name, never.id_number, 0, None))
    assert again != listed and steps(following, never) == (2, 1, 3000)


def test_a_supplement_adds_claims_and_says_nothing_of_others(following, people, officer):
    never, claimed, *_ = people
    take(following, officer, (claimed.name, claimed.id_number, 30), complete=False)
    assert steps(following, never)[1] == 0
    take(following, officer, (people[2].name, people[2].id_number, 30))
    assert [steps(following, one)[1] for one in people[:3]] == [1, 0, 0]


def test_rows_of_one_person_are_added_up_and_a_file_is_taken_once(following, people, officer):
    row = (people[1].name, people[1].id_number, 100)
    listed = take(following, officer, row, row, ("合计：", None, 200))
    assert take(following, officer, row, row, ("合计：", None, 200)) == listed
    (claim,) = Claim.objects.all()
    assert (claim.paid, claim.year, listed.lines) == (200, 2025, 2)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("王零", "{0}", ""), "没有填写基金支付金额"),
        (("王零", "{0}", "-5"), "不是钱数"),
        (("王零", "{0}", "不详"), "不是钱数"),
        (("王零", "{0}", 0, 100), "没有基金支付，却使用了奖励额度"),
        (("王零", "41132519", 100), "18位"),
        (("", "{0}", 100), "没有填写姓名"),
        (("李报", "{0}", 100), "登记的姓名是“王零”"),
    ],
)
def test_a_complete_list_is_taken_only_when_every_row_is_understood(following, people, officer, row, says):
    row = [cell.format(people[0].id_number) if isinstance(cell, str) else cell for cell in row]
    good = (people[1].name, people[1].id_number, 100)
    listed = take(following, officer, row, good, confirm=False)
    assert listed.bad == 1 and says in listed.bad_rows[0]["why"] and people[0].id_number not in str(listed.bad_rows)
    with pytest.raises(Refused, match="每一行都能认出"):
        services.confirm_list(listed=listed, actor=officer)
    assert take(following, officer, row, good, ("陌生人", UNKNOWN, 5), complete=False).state == "applied"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"year": 2026}, "还没有过完"), ({"year": 2027, "complete": False}, "年度应在"), ({"year": 2002}, "年度应在")],
)
def test_lists_that_are_refused(following, people, officer, changes, says):
    with pytest.raises(Refused, match=says):
        take(following, officer, (people[1].name, people[1].id_number, 100), **changes)


def test_only_the_bureau_brings_lists(following, people, make_user):
    with pytest.raises(Refused, match="由县医保局上传"):
        take(following, make_user(Role.TAX, "411325"), (people[1].name, people[1].id_number, 100))


def test_a_register_that_changed_after_the_preview_stops_a_complete_list(following, people, officer):
    one = people[1]
    listed = take(following, officer, (one.name, one.id_number, 100), confirm=False)
    services.confirm_list(listed=listed, actor=officer)
    type(one).objects.filter(pk=one.pk).update(name="李改名")
    work()
    listed.refresh_from_db()
    assert (listed.state, listed.bad) == (ClaimList.State.READY, 1) and not Claim.objects.exists()


@pytest.mark.parametrize(
    ("insured", "listed", "claimed", "zero"),
    [
        ([2024, 2025], [], [], None),
        ([2024, 2025], [2025], [], [2025]),
        ([2024, 2025], [2025], [2025], []),
        ([2024], [2025], [], []),
        ([2024, 2025, 2026], [2026, 2025], [2025], [2026]),
    ],
)
def test_years_without_a_claim(insured, listed, claimed, zero):
    assert zero_claim_years(insured=insured, listed=listed, claimed=claimed) == zero


@pytest.mark.parametrize(
    ("insured", "zero", "used", "expected"),
    [
        (range(2021, 2026), [2025], None, (2, 1, 3000)),
        (range(2022, 2026), [2025], None, (1, 1, 2000)),
        (range(2023, 2026), [2025], None, (0, 1, 1000)),  # the fourth year is this one
        ([2021, 2022, 2023, 2025], [2025], None, (0, 1, 1000)),  # a break: counted anew
        ([2021, 2022, 2023, 2024], [], None, (0, 0, 0)),  # a break last year
        (range(2021, 2026), [2025], 2025, (2, 0, 2000)),
        (range(2021, 2026), [2025], 2024, (2, 1, 3000)),
    ],
)
def test_both_sides_of_what_is_earned_and_lost(following, insured, zero, used, expected):
    award = large_illness(following.policy, insured_years=insured, zero_claim_years=zero, award_used_in=used)
    assert (award.continuous_steps, award.zero_claim_steps, award.raised) == expected


def test_the_county_counted_by_patterns_is_its_people_counted_one_by_one(following, people, officer, make_resident):
    far = make_resident(FAR, name="周远")
    InsuredYear.objects.create(resident=far, year=2025, source="登记")
    make_resident(FAR, name="吴无")
    take(following, officer, (people[2].name, people[2].id_number, 10, 1), (far.name, far.id_number, 1))
    with CaptureQueriesContext(connection) as asked:
        counts = count_awards(following)
    assert len(asked) == 3
    found = {one.township.pk: (one.insured, one.continuous, one.zero_claims, one.either) for one in counts}
    one_by_one = awards_of(campaign=following, resident_ids=[one.pk for one in people])
    tally = Counter((bool(award.continuous_steps), bool(award.zero_claim_steps)) for award in one_by_one.values())
    assert tally == {(True, True): 2, (True, False): 1, (False, True): 1}
    assert found["411325101"] == (4, 3, 3, 4) and found["411325102"] == (1, 0, 0, 0)
    assert next(one.highest for one in counts if one.township.pk == "411325101") == Decimal(3000)


def test_on_pages(following, people, officer, client, make_user):
    client.force_login(officer)
    year = {"year": following.year}
    sent = {"document": "结算系统导出", "complete": "on", "file": listing((people[1].name, people[1].id_number, 66))}
    assert client.post(f"{reverse('claim_lists')}?year=2026", {**sent, "year": "20255"}).status_code == 400
    sent["file"].seek(0)
    answer = client.post(f"{reverse('claim_lists')}?year=2026", {**sent, "year": "2025"})
    listed = ClaimList.objects.get()
    assert answer.url == reverse("claim_list", args=[listed.pk])
    work()
    assert "确认登记 1 人" in client.get(answer.url, year).content.decode()
    client.post(reverse("claim_list_confirm", args=[listed.pk]))
    work()
    page = client.get(reverse("claim_lists"), year).content.decode()
    assert "已登记" in page and "零报销激励" in page
    story = client.get(reverse("resident_story", args=[people[1].pk]), year).content.decode()
    assert "报销记录" in story and "66.00" in story and "大病保险激励" in story
    quoted = client.get(reverse("quote_resident", args=[people[0].pk]), year).content.decode()
    assert "零报销激励 1 次（2025 年）" in quoted
    client.post(reverse("claim_list_withdraw", args=[listed.pk]), {"reason": "导错"})
    assert "已撤回：导错" in client.get(reverse("claim_list", args=[listed.pk]), year).content.decode()
    client.force_login(make_user(Role.TOWNSHIP, "411325101"))
    assert client.get(reverse("claim_lists"), year).status_code == 403


def test_a_complete_list_of_nobody_says_nothing_of_everybody(following, people, officer):
    """Formulas without results leave a heading alone; taken for a complete list, all would have had no claim."""
    listed = take(following, officer, (None, None, None, None), confirm=False)
    assert listed.state == "refused" and "表头下面没有内容" in listed.problem
    assert steps(following, people[0]) == (2, 0, 2000)
