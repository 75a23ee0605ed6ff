"""Before publication: the office's words beside the system's, and the final figures signed by two offices."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from collection.contributions.models import Contribution
from core.access.roles import Role
from core.messages.models import OutboxMessage
from core.refusals import Refused
from core.regions.models import Region
from reporting.rankings import drafts
from reporting.rankings.models import BulletinEdit, FigureSignature, Ranking
from reporting.rankings.notices import LOWEST_RANKED
from reporting.rankings.services import content_of, correct_ranking, prepare_correction, publish_ranking
from reporting.rankings.snapshots import build_snapshot
from subsidies.campaigns.targets import set_targets
from tests.reporting.conftest import at

A, B = "411325101", "411325102"


@pytest.fixture
def county(campaign, pay, villages, business_clock, make_user):
    business_clock("2024-09-02T09:00")
    set_targets(campaign=campaign, people={A: 2, B: 3}, source="任务表", actor=None)
    pay(villages[A][0], recorded="2024-10-10", posted="2024-10-12")
    business_clock("2025-01-02T09:00")
    return make_user(Role.COUNTY, "411325")


@pytest.fixture
def weekly(campaign, county):
    return build_snapshot(campaign=campaign, kind="weekly", as_of=at("2024-10-25 12:00"))


@pytest.fixture
def final(campaign, county):
    return build_snapshot(campaign=campaign, kind="final", as_of=at("2025-01-01 00:00"))


def edit(snapshot, actor, **changes):
    names = list(Region.objects.filter(level="township").values_list("name", flat=True))
    facts = {"paragraphs": ["一段。"], "praised": [names[0]], "criticised": [], "reason": "领导审定", **changes}
    return drafts.edit_bulletin(snapshot=snapshot, townships=names, actor=actor, **facts)


def test_what_the_office_changed_is_published_and_what_was_there_kept(weekly, county):
    before = content_of(snapshot=weekly, number="1")[0]
    first = Region.objects.filter(level="township").first().name
    edit(weekly, county, paragraphs=["先改一次。"])
    edit(weekly, county, paragraphs=["各乡镇要加快进度。", " ", "特此通报。"])
    ranking = publish_ranking(snapshot=weekly, number="内医保征〔2024〕7号", actor=county)
    bulletin, edited = ranking.content["bulletin"], ranking.content["edited"]
    assert bulletin["paragraphs"] == ["各乡镇要加快进度。", "特此通报。"] and bulletin["praised"] == [first]
    assert edited["composed"]["paragraphs"] == before["bulletin"]["paragraphs"] and edited["reason"] == "领导审定"
    assert bulletin["rows"] == before["bulletin"]["rows"]
    with pytest.raises(Refused, match="已经发布"):
        edit(weekly, county)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        BulletinEdit.objects.update(reason="x")


def test_whom_the_office_criticises_is_told_and_the_page_says_so(weekly, final, county, client, make_user):
    """A stage goal and a rank stand in the text only where there are any; the final evaluation tells nobody."""
    names = dict(Region.objects.filter(pk__in=(A, "411325103")).values_list("pk", "name"))
    for code in names:
        make_user(Role.TOWNSHIP, code, phone="13800000000", position="leader")
    for snapshot in (weekly, final):
        edit(snapshot, county, praised=[], criticised=list(names.values()))
    client.force_login(county)
    said = [client.get(reverse("snapshot", args=[one.pk])).content.decode() for one in (weekly, final)]
    assert ["会收到短信提醒" in page for page in said] == [True, False]
    publish_ranking(snapshot=weekly, number="7号", actor=county)
    told = dict(OutboxMessage.objects.filter(kind=LOWEST_RANKED).values_list("region_code", "text"))
    assert "列第1位，完成1人，距阶段目标还差" in told[A]
    assert told["411325103"] == f"{names['411325103']}在10月25日周排名中完成0人。请抓紧组织征缴。"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"paragraphs": [" "]}, "正文应有"),
        ({"praised": ["没有的镇"]}, "没有这个乡镇"),
        ({"reason": " "}, "修改的原因"),
        ({"criticised": "same"}, "不能同时表扬和批评"),
    ],
)
def test_edits_that_are_refused(weekly, county, changes, says):
    if changes.get("criticised") == "same":
        changes = {"criticised": [Region.objects.filter(level="township").first().name]}
    with pytest.raises(Refused, match=says):
        edit(weekly, county, **changes)


def test_the_final_figures_are_signed_by_both_offices(final, county, make_user):
    tax = make_user(Role.TAX, "411325")
    with pytest.raises(Refused, match="县税务局、县医保局签认"):
        publish_ranking(snapshot=final, number="1号", actor=county)
    with pytest.raises(Refused, match="核定人数是 1 人"):
        drafts.sign_figures(snapshot=final, seen=2, actor=tax)
    with pytest.raises(Refused, match="由县税务局、县医保局签认"):
        drafts.sign_figures(snapshot=final, seen=1, actor=make_user(Role.LEADER, "411325"))
    for _ in range(2):
        drafts.sign_figures(snapshot=final, seen=1, actor=tax)
    with pytest.raises(Refused, match="先由县医保局签认"):
        publish_ranking(snapshot=final, number="1号", actor=county)
    drafts.sign_figures(snapshot=final, seen=1, actor=county)
    assert publish_ranking(snapshot=final, number="1号", actor=county)
    assert FigureSignature.objects.count() == 2


def test_a_correction_of_the_final_figures_needs_the_same_signatures(final, county, make_user, business_clock, client):
    tax = make_user(Role.TAX, "411325")
    for actor in (tax, county):
        drafts.sign_figures(snapshot=final, seen=1, actor=actor)
    first = publish_ranking(snapshot=final, number="1号", actor=county)
    business_clock("2025-01-05T09:00")
    with pytest.raises(Refused, match="完全相同"):
        prepare_correction(ranking=first, actor=county)
    Contribution.objects.update(ended_at=at("2025-01-05 08:00"), state=Contribution.State.REVERSED)
    with pytest.raises(Refused, match="由县医保局"):
        prepare_correction(ranking=first, actor=tax)
    with pytest.raises(Refused, match="先由县税务局、县医保局签认重新核定"):
        correct_ranking(ranking=first, reason="冲销", actor=county)
    client.force_login(county)
    answer = client.post(reverse("ranking_correct", args=[first.pk]), {"reason": "冲销"})
    counted = prepare_correction(ranking=first, actor=county)
    assert answer.url == reverse("snapshot", args=[counted.pk]) and not Ranking.objects.filter(version=2).exists()
    with pytest.raises(Refused, match="签认重新核定"):  # what was published is no new count
        correct_ranking(ranking=first, reason="冲销", actor=county, counted=final)
    drafts.sign_figures(snapshot=counted, seen=0, actor=county)
    page = client.post(reverse("snapshot_publish", args=[counted.pk]), {"reason": "冲销"}, follow=True)
    assert "更正要先由县税务局签认" in page.content.decode() and "第1版（1号）的更正" in page.content.decode()
    client.force_login(tax)
    assert "待县税务局签认最终参保人数" in client.get("/").content.decode()
    assert "查看并签认" in client.get(reverse("ranking_list")).content.decode()
    client.post(reverse("snapshot_sign", args=[counted.pk]), {"done": "0"})
    assert "待县税务局签认" not in client.get("/").content.decode()
    client.force_login(county)
    client.post(reverse("snapshot_publish", args=[counted.pk]), {"reason": " "})
    assert not Ranking.objects.filter(version=2).exists()
    client.post(reverse("snapshot_publish", args=[counted.pk]), {"reason": "冲销"})
    second = Ranking.objects.get(version=2)
    assert (second.snapshot, second.number, second.reason) == (counted, "1号", "冲销")


def test_a_weekly_ranking_needs_no_signature(weekly, county):
    with pytest.raises(Refused, match="只有最终结果"):
        drafts.sign_figures(snapshot=weekly, seen=1, actor=county)
    assert drafts.unsigned(weekly) == []


def test_on_pages(final, weekly, county, client, make_user):
    client.force_login(make_user(Role.TAX, "411325"))
    page = client.get(reverse("snapshot", args=[final.pk])).content.decode()
    assert "签认 1 人" in page and "修改通报" not in page
    assert client.get(reverse("snapshot", args=[weekly.pk])).status_code == 404
    client.post(reverse("snapshot_sign", args=[final.pk]), {"done": "1"})
    client.force_login(county)
    name = Region.objects.filter(level="township").first().name
    changed = {"paragraphs": "一段。\n二段。", "praised": [name], "reason": "会议审定"}
    client.post(reverse("snapshot_edit", args=[final.pk]), changed)
    client.post(reverse("snapshot_sign", args=[final.pk]), {"done": "1"})
    page = client.get(reverse("snapshot", args=[final.pk])).content.decode()
    assert page.count('ok">已签认') == 2 and "会议审定" in page and "二段。" in page
    client.post(reverse("snapshot_publish", args=[final.pk]), {"number": "内医保征〔2025〕1号"})
    ranking = final.ranking
    assert "二段。" in client.get(reverse("bulletin", args=[ranking.pk])).content.decode()
