"""意外伤害补充保险: voluntary and wholly apart; refused by the policy file where the notice forbids it."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

import collection.tasks  # noqa: F401
from collection.accident import services
from collection.accident.models import AccidentCover, AccidentList
from collection.accident.selectors import township_lines
from collection.contributions.models import Contribution
from collection.money.models import Movement
from collection.receipts.models import Receipt
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from tests.factories import invented_number, workbook
from tests.opened import opened_campaign

pytestmark = pytest.mark.django_db
HEADING = ("姓名", "身份证号码", "保费", "交费日期", "收据号")


@pytest.fixture
def qinshui(db, business_clock):
    """沁水 2026, whose notice names the insurer."""
    business_clock("2025-11-20T10:00")
    return opened_campaign("140521-2026")


@pytest.fixture
def village(qinshui):
    return Region.objects.filter(level="village", code__startswith="140521").order_by("code").first()


@pytest.fixture
def bureau(make_user):
    return make_user("county", "140521")


@pytest.fixture
def offer(qinshui, bureau):
    return services.set_offer(
        campaign=qinshui, insurer="中国人寿保险沁水县支公司", premium=Decimal(50), document="承保方案", actor=bureau
    )


@pytest.fixture
def take(qinshui, village, make_user, silent_queue):
    clerk = make_user("township", village.code[:9])

    def take(*rows, heading=HEADING):
        listed, _ = services.take_list(
            campaign=qinshui,
            region=Region.objects.get(pk=village.code[:9]),
            file=ContentFile(workbook([heading, *rows])),
            name="补充保险.xlsx",
            actor=clerk,
        )
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        listed.refresh_from_db()
        return listed

    return take


def row(person, premium=50, receipt="GS1", day="2025-11-18"):
    return (person.name, person.id_number, premium, day, receipt)


def test_forbidden_in_neixiang_by_its_clause(client, campaign, make_user):
    officer = make_user("county", "411325")
    with pytest.raises(Refused, match="四（一）6"):
        services.set_offer(campaign=campaign, insurer="某公司", premium=Decimal(50), document="方案", actor=officer)
    client.force_login(officer)
    page = client.get(reverse("accident_covers"))
    assert page.status_code == 403 and "四（一）6" in page.content.decode()
    assert "补充保险</a>" not in client.get(reverse("home")).content.decode()
    sent = client.post(reverse("accident_upload"), {"file": ContentFile(workbook([HEADING]), "a.xlsx")}, follow=True)
    assert not AccidentList.objects.exists() and "四（一）6" in sent.content.decode()


def test_a_county_whose_notice_says_nothing(make_user, business_clock):
    from subsidies.campaigns.services import open_campaign

    business_clock("2025-11-20T10:00")
    xixia = open_campaign(policy_id="411323-2026")[0]
    with pytest.raises(Refused, match="没有写"):
        services.set_offer(
            campaign=xixia, insurer="某", premium=Decimal(50), document="无", actor=make_user("county", "411323")
        )


def test_people_money_and_receipts_stand_apart(qinshui, village, offer, take, bureau, make_resident):
    people = [make_resident(village.code, name=f"投保{n}") for n in "甲乙"]
    listed = take(*[row(p, receipt=f"GS{n}") for n, p in enumerate(people)])
    assert (listed.state, listed.taken, listed.bad_rows) == ("read", 2, [])
    assert not Contribution.objects.exists() and not Movement.objects.exists() and not Receipt.objects.exists()
    line = next(one for one in township_lines(user=bureau, campaign=qinshui) if one.people)
    assert (line.people, line.premiums, line.held) == (2, 100, 100)
    township = Region.objects.get(pk=village.code[:9])
    hand = {"campaign": qinshui, "township": township, "on": datetime.date(2025, 11, 20), "actor": bureau}
    with pytest.raises(Refused, match="是 100.00 元"):
        services.hand_over(amount=Decimal("100.01"), slip_no="H1", **hand)
    given = services.hand_over(amount=Decimal(100), slip_no="H1", **hand)
    assert services.hand_over(amount=Decimal(100), slip_no="H1", **hand) == given
    line = next(one for one in township_lines(user=bureau, campaign=qinshui) if one.people)
    assert (line.handed_over, line.held) == (100, 0)


def test_the_same_list_again_and_the_same_person(village, offer, take, make_resident):
    person = make_resident(village.code)
    assert take(row(person)) == take(row(person))
    again = take(row(person, receipt="GS2"))
    assert (again.taken, again.known) == (0, 1)
    assert AccidentCover.objects.count() == 1


STATES = {"已缴费": (1, ""), "已作废": (0, "已作废"), "已退费": (0, "已退费"), "已退保": (0, "请核实")}


@pytest.mark.parametrize("state", STATES)
def test_a_premium_that_was_not_paid_is_no_cover(village, offer, take, make_resident, state):
    taken, why = STATES[state]
    listed = take((*row(make_resident(village.code)), state), heading=(*HEADING, "缴费状态"))
    assert (listed.taken, AccidentCover.objects.count()) == (taken, taken)
    assert why in "".join(bad["why"] for bad in listed.bad_rows)


def test_what_a_row_may_not_be(village, offer, take, make_resident):
    person, other = make_resident(village.code, name="甲某"), make_resident(village.code, name="乙某")
    dead = make_resident(village.code, name="丙某", status="dead")
    far = make_resident("411325101200", name="远人") if Region.objects.filter(pk="411325101200").exists() else None
    stranger = invented_number(datetime.date(1990, 1, 1), "F", 5)
    rows = [
        row(person, premium=400),
        row(other, receipt="GS9"),
        row(person, receipt="GS9"),
        row(dead, receipt="GS8"),
        ("外人", stranger, 50, "2025-11-18", "GS7"),
        row(person, receipt=""),
        row(person, receipt="GS6", day="2025-11-21"),
    ]
    listed = take(*rows)
    assert far is None and listed.taken == 1
    whys = [(bad["row"], bad["why"][:10]) for bad in listed.bad_rows]
    assert [number for number, _ in whys] == [2, 4, 5, 6, 7, 8]
    assert "医保缴费不能写在这里" in listed.bad_rows[0]["why"] and "GS9" in listed.bad_rows[1]["why"]
    assert person.id_number not in str(listed.bad_rows)


def test_taking_it_back(qinshui, village, offer, take, bureau, make_resident):
    person = make_resident(village.code)
    take(row(person))
    cover = AccidentCover.objects.get()
    services.end_cover(cover=cover, reason="本人不愿投保", actor=bureau)
    services.end_cover(cover=cover, reason="再点一次", actor=bureau)
    cover.refresh_from_db()
    assert cover.ended_reason == "本人不愿投保"
    assert take(row(person, receipt="GS2")).taken == 1, "who changes their mind again may"
    with pytest.raises(Refused, match="不能再改"):
        services.set_offer(campaign=qinshui, insurer="某", premium=Decimal(60), document="新方案", actor=bureau)


def test_the_page(client, qinshui, village, offer, take, bureau, make_resident):
    person = make_resident(village.code, name="投保甲")
    take(row(person))
    client.force_login(bureau)
    page = client.get(reverse("accident_covers")).content.decode()
    assert "投保甲" in page and "中国人寿保险沁水县支公司" in page and person.id_number not in page
    assert "补充保险" in client.get(reverse("home")).content.decode()
