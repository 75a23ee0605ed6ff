"""Findings answered and checked by two, measures in the next bulletin with what changed since, activities counted."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config import clock
from core.files.photos import read_photo
from core.refusals import Refused
from core.regions.models import Region
from reporting.rankings.models import RankingKind
from reporting.rankings.services import publish_ranking
from reporting.rankings.snapshots import build_snapshot
from reporting.supervision import services
from reporting.supervision.models import Activity, Finding, Measure
from reporting.supervision.selectors import activity_counts, with_standings
from subsidies.campaigns.targets import set_targets
from tests.collection.paid_people import TOWNSHIP, VILLAGE, pay
from tests.factories import photo

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 10, 25)


@pytest.fixture
def officer(campaign, make_user):
    return make_user("county", "411325")


@pytest.fixture
def leader(campaign, make_user):
    return make_user("leader", TOWNSHIP, name="邓长林")


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def find(campaign, officer):
    def find(actor=officer, **facts):
        facts = {
            "region": Region.objects.get(pk=VILLAGE),
            "found_on": TODAY,
            "found_by": "督导一组",
            "text": "现金未及时缴存",
            "deadline": TODAY,
            **facts,
        }
        return services.record_finding(campaign=campaign, actor=actor, **facts)

    return find


def picture():
    return read_photo(io.BytesIO(photo("red")))


def test_found_answered_sent_back_and_closed_by_somebody_else(find, officer, clerk):
    found = find(photos=[picture()])
    assert find() == found and found.photos.get().kind == "scene"
    with pytest.raises(Refused, match="还不能核查"):
        services.judge_finding(finding=found, accept=True, remark="", actor=officer)
    services.answer_finding(finding=found, answer="已缴存", photos=[picture()], actor=clerk)
    with pytest.raises(Refused, match="不用再答复"):
        services.answer_finding(finding=found, answer="又说", actor=clerk)
    with pytest.raises(Refused, match="写明还差什么"):
        services.judge_finding(finding=found, accept=False, remark=" ", actor=officer)
    services.judge_finding(finding=found, accept=False, remark="没有回单", actor=officer)
    services.answer_finding(finding=found, answer="补回单", actor=clerk)
    with pytest.raises(Refused, match="不能核查自己"):
        services.judge_finding(finding=found, accept=True, remark="", actor=clerk)
    for _ in range(2):
        found = services.judge_finding(finding=found, accept=True, remark="", actor=officer)
    assert (found.state, found.closed_by) == (Finding.State.CLOSED, officer)


@pytest.mark.parametrize(
    "facts",
    [{"found_on": TODAY + datetime.timedelta(days=1)}, {"deadline": TODAY - datetime.timedelta(days=1)}],
)
def test_days_that_cannot_be(find, facts):
    with pytest.raises(Refused, match="督导日期不能晚于今天"):
        find(**facts)


def test_a_township_does_not_inspect_itself(find, clerk):
    with pytest.raises(Refused, match="由县医保局或包联领导登记"):
        find(actor=clerk)


def test_a_leader_on_a_phone_records_and_sees_the_picture(client, campaign, leader, clerk):
    client.force_login(leader)
    sent = {
        "region": VILLAGE,
        "found_on": "2024-10-25",
        "found_by": "邓长林",
        "text": "横幅未挂",
        "deadline": "2024-10-26",
    }
    file = SimpleUploadedFile("a.jpg", photo("blue"), "image/jpeg")
    assert client.post(reverse("finding_list"), {**sent, "photos": [file]}).status_code == 302
    found = Finding.objects.get()
    page = client.get(reverse("finding", args=[found.pk])).content.decode()
    picture = reverse("attachment", args=[found.photos.get().pk])
    assert picture in page and client.get(picture).status_code == 200
    client.force_login(clerk)
    assert "1 项督导发现待整改" in client.get("/").content.decode()
    assert client.post(reverse("finding", args=[found.pk]), {"answer": "已挂"}).status_code == 302
    client.force_login(leader)
    assert "1 项整改答复待核查" in client.get("/").content.decode()
    client.post(reverse("finding_judge", args=[found.pk]), {"decision": "accept"})
    assert "已销号" in client.get(reverse("finding_list")).content.decode()


@pytest.fixture
def talk(campaign, officer):
    def talk(**facts):
        facts = {
            "township": Region.objects.get(pk=TOWNSHIP),
            "kind": "talk",
            "on": datetime.date(2024, 10, 18),
            "person": "镇长",
            "text": "进度靠后",
            **facts,
        }
        return services.record_measure(campaign=campaign, actor=officer, **facts)

    return talk


@pytest.fixture
def publish(campaign, officer, business_clock):
    def publish(day, number):
        as_of = business_clock(f"{day}T12:00")
        business_clock(f"{day}T15:00")
        snapshot = build_snapshot(campaign=campaign, kind=RankingKind.WEEKLY, as_of=as_of)
        return publish_ranking(snapshot=snapshot, number=number, actor=officer)

    return publish


def test_a_talk_stands_in_the_next_bulletin_and_what_changed_in_the_one_after(
    campaign, officer, clerk, talk, publish, business_clock
):
    set_targets(campaign=campaign, people={VILLAGE: 10}, source="任务", actor=officer)
    business_clock("2024-10-18T09:00")
    pay(campaign, clerk, people=1, channel="self")
    made = talk()
    first = publish("2024-10-18", "1号")
    paragraphs = first.content["bulletin"]["paragraphs"]
    assert "10月18日，对夏馆镇镇长进行约谈：进度靠后。" in paragraphs
    made.refresh_from_db()
    assert made.ranking == first
    with pytest.raises(Refused, match="不能撤回"):
        services.withdraw_measure(measure=made, reason="错", actor=officer)
    business_clock("2024-10-24T10:00")
    pay(campaign, clerk, people=2, channel="self")
    second = publish("2024-10-25", "2号")
    texts = second.content["bulletin"]["paragraphs"]
    assert [text for text in texts if text.startswith("上期约谈的夏馆镇")] and not [t for t in texts if "进行约谈" in t]
    (row,) = with_standings(Measure.objects.select_related("township", "ranking"))
    assert (row.before.done, row.after.done) == (first.content["whole"]["done"], second.content["whole"]["done"])


def test_what_was_taken_back_or_is_not_for_the_bulletin_stands_in_none(talk, officer, publish):
    services.withdraw_measure(measure=talk(), reason="误", actor=officer)
    talk(text="内部督办", announced=False)
    assert not [t for t in publish("2024-10-18", "1号").content["bulletin"]["paragraphs"] if "约谈" in t or "督办" in t]


def test_the_same_talk_is_recorded_once(talk):
    assert talk() == talk() and Measure.objects.count() == 1


def test_measures_on_their_page(client, officer, campaign):
    client.force_login(officer)
    sent = {
        "township": TOWNSHIP,
        "kind": "order",
        "on": "2024-10-24",
        "person": "镇长",
        "text": "限期",
        "announced": "on",
    }
    assert client.post(reverse("measure_list"), sent).status_code == 302
    assert "待写入下一期" in client.get(reverse("measure_list")).content.decode()
    client.post(reverse("measure_withdraw", args=[Measure.objects.get().pk]), {"reason": "误登"})
    assert "已撤回：误登" in client.get(reverse("measure_list")).content.decode()


def test_activities_are_counted_by_township_and_stand_in_the_friday_report(client, campaign, officer, clerk, make_user):
    helper = make_user("village", VILLAGE)
    client.force_login(helper)
    sent = {"region": VILLAGE, "kind": "visit", "on": "2024-10-24", "number": "30"}
    for _ in range(2):
        file = SimpleUploadedFile("a.jpg", photo("green"), "image/jpeg")
        assert client.post(reverse("activity_list"), {**sent, "photos": [file]}).status_code == 302
    client.force_login(clerk)
    client.post(reverse("activity_list"), {"region": TOWNSHIP, "kind": "meeting", "on": "2024-10-23", "number": "2"})
    assert activity_counts(campaign, "411325") == {TOWNSHIP: {"visit": 30, "meeting": 2}}
    assert "入户走访 30" in client.get(reverse("report_write")).content.decode()
    client.force_login(officer)
    assert "入户走访 30" in client.get(reverse("report_overview")).content.decode()
    client.post(reverse("activity_withdraw", args=[Activity.objects.get(kind="visit").pk]))
    assert activity_counts(campaign, "411325") == {TOWNSHIP: {"meeting": 2}}


@pytest.mark.parametrize(("number", "on"), [("0", "2024-10-24"), ("1", "2024-10-26")])
def test_activities_that_cannot_be(client, clerk, campaign, number, on):
    client.force_login(clerk)
    sent = {"region": TOWNSHIP, "kind": "meeting", "on": on, "number": number}
    assert client.post(reverse("activity_list"), sent).status_code == 400
    assert clock.today() == TODAY
