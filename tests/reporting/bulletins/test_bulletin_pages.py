"""Bulletins as page, Word and Excel; templates, prizes and Friday reports, through the pages."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from core.audit.models import Event
from core.pages.frame import todos_for
from core.regions.models import Region
from reporting.bulletins.models import BulletinTemplate
from reporting.bulletins.standard_template import standard_template
from reporting.rankings.models import Ranking, RewardTier
from reporting.rankings.services import publish_ranking
from reporting.rankings.snapshots import build_snapshot
from reporting.reports.models import TownshipReport
from subsidies.campaigns.services import open_campaign
from subsidies.campaigns.targets import set_targets
from tests.reporting.bulletins.test_bulletin import excel_table, word_table
from tests.reporting.bulletins.test_word import edited, replace
from tests.reporting.conftest import at, sign_by_both

A, B = "411325101", "411325102"
KINDS = [("weekly", "2024-10-25 12:00"), ("monthly", "2024-11-01 00:00"), ("final", "2025-01-01 00:00")]


@pytest.fixture
def county(campaign, pay, villages, business_clock, make_user):
    business_clock("2024-09-02T09:00")
    set_targets(campaign=campaign, people={A: 7, B: 3}, source="任务表", actor=None)
    for village in villages[A][:2]:
        pay(village, recorded="2024-10-10", posted="2024-10-12")
    pay(villages[B][0], recorded="2024-10-20", posted="2024-10-22")
    business_clock("2025-01-02T09:00")
    return make_user("county", "411325")


@pytest.fixture
def officer(client, county):
    client.force_login(county)
    return client


def published(campaign, county, kind="weekly", as_of="2024-10-25 12:00") -> Ranking:
    snapshot = build_snapshot(campaign=campaign, kind=kind, as_of=at(as_of))
    if kind == "final":
        sign_by_both(snapshot)
    return publish_ranking(snapshot=snapshot, number="内医保征〔2024〕7号", actor=county)


def page_table(html: str) -> list[list[str]]:
    table = re.search(r'<table class="bulletin-table">.*?</table>', html, re.S)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [[unescape(cell) for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row, re.S)] for row in rows]


@pytest.mark.parametrize(("kind", "as_of"), KINDS)
def test_page_word_and_excel_say_the_same(kind, as_of, campaign, county, officer):
    RewardTier.objects.create(campaign=campaign, name="一等奖", first=1, last=1, amount="300000.00")
    ranking = published(campaign, county, kind, as_of)
    page = officer.get(reverse("bulletin", args=[ranking.pk])).content.decode()
    word = officer.get(reverse("bulletin_word", args=[ranking.pk])).getvalue()
    excel = officer.get(reverse("bulletin_excel", args=[ranking.pk])).getvalue()
    assert page_table(page) == word_table(word) == excel_table(excel)
    assert len(page_table(page)) == 1 + 16 + 1
    assert ranking.content["bulletin"]["paragraphs"][0] in unescape(page)


def test_downloads_leave_an_event(campaign, county, officer):
    ranking = published(campaign, county)
    officer.get(reverse("bulletin_word", args=[ranking.pk]))
    officer.get(reverse("bulletin_excel", args=[ranking.pk]))
    assert Event.objects.filter(action="bulletin.export").count() == 2


def test_gaoyang_ranks_daily_and_weekly_and_shows_its_goals(business_clock, make_user, client, db):
    business_clock("2025-11-17T12:00")
    campaign = open_campaign(policy_id="130628-2026")[0]
    county = make_user("county", "130628")
    for number, kind in enumerate(("daily", "weekly")):
        snapshot = build_snapshot(campaign=campaign, kind=kind, as_of=at("2025-11-17 12:00"))
        ranking = publish_ranking(snapshot=snapshot, number=f"{number}号", actor=county)
        assert [goal["name"] for goal in ranking.content["beside"]["goals"]] == [
            "总体参保率",
            "不低于上年参保人数",
            "重点人群参保率",
        ]
    client.force_login(county)
    assert "年度目标" in client.get(reverse("progress", args=["130628"])).content.decode()


# --- the template ------------------------------------------------------------------------------------------------


def upload(client, data, name="模板.docx"):
    return client.post(reverse("bulletin_template"), {"template": SimpleUploadedFile(name, data)}, follow=True)


def test_the_office_s_own_template_is_used_from_then_on(campaign, county, officer):
    ranking = published(campaign, county)
    assert "试填成功" in upload(officer, edited(replace("{{ issuer }}", "领导小组　{{ issuer }}"))).content.decode()
    text = officer.get(reverse("bulletin_word", args=[ranking.pk])).getvalue()
    assert any(p.text.startswith("领导小组　") for p in Document(BytesIO(text)).paragraphs)
    officer.post(reverse("bulletin_template_restore"))
    text = officer.get(reverse("bulletin_word", args=[ranking.pk])).getvalue()
    assert not any(p.text.startswith("领导小组　") for p in Document(BytesIO(text)).paragraphs)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not word", "不是有效的 Word 文件"),
        (edited(replace("{{ title }}", "{{ titel }}")), "titel"),
        (edited(replace("{{ number }}", "")), "缺少必需的标记"),
    ],
    ids=["no file of Word", "a misspelt mark", "a missing mark"],
)
def test_a_broken_template_is_refused_and_changes_nothing(data, says, campaign, county, officer):
    page = upload(officer, data).content.decode()
    assert says in page
    assert "原来的模板没有改变" in page
    assert not BulletinTemplate.objects.exists()


def test_a_template_that_was_lost_from_the_disk_says_so_and_the_page_still_stands(campaign, county, officer):
    ranking = published(campaign, county)
    upload(officer, standard_template())
    chosen = BulletinTemplate.objects.get()
    chosen.attachment.file.storage.delete(chosen.attachment.file.name)
    answer = officer.get(reverse("bulletin_word", args=[ranking.pk]), follow=True)
    assert "读不到了" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("bulletin", args=[ranking.pk])
    assert officer.get(reverse("bulletin_excel", args=[ranking.pk])).status_code == 200


def test_without_a_file_nothing_happens(campaign, county, officer):
    assert "请先选择" in officer.post(reverse("bulletin_template"), follow=True).content.decode()


def test_the_standard_template_can_be_downloaded(campaign, county, officer):
    assert officer.get(reverse("bulletin_template_standard")).getvalue() == standard_template()


# --- prizes ------------------------------------------------------------------------------------------------------


def tiers(*rows):
    data = {"tier-TOTAL_FORMS": len(rows), "tier-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        keys = (f"tier-{number}-{key}" for key in ("name", "first", "last", "amount"))
        data |= dict(zip(keys, row, strict=True))
    return data


def test_the_county_sets_the_tiers(campaign, county, officer):
    officer.post(reverse("reward_tiers"), tiers(("一等奖", 1, 2, "60000"), ("二等奖", 3, 6, "30000"), ("", "", "", "")))
    assert [(t.name, t.first, t.last) for t in RewardTier.objects.all()] == [("一等奖", 1, 2), ("二等奖", 3, 6)]
    page = officer.get(reverse("reward_tiers")).content.decode()
    assert "240,000.00" in page
    officer.post(reverse("reward_tiers"), tiers(("一等奖", 1, 6, "60000")))
    assert "超出总额 60,000.00" in officer.get(reverse("reward_tiers")).content.decode()


def test_tiers_that_overlap_change_nothing(campaign, county, officer):
    page = officer.post(reverse("reward_tiers"), tiers(("一等奖", 1, 2, "1"), ("二等奖", 2, 3, "1"))).content.decode()
    assert "应从第 3 名起" in page
    assert not RewardTier.objects.exists()


# --- Friday reports ----------------------------------------------------------------------------------------------


@pytest.fixture
def team(client, county, make_user, business_clock):
    business_clock("2024-10-25T11:00")
    user = make_user("township", A)
    client.force_login(user)
    client.user = user
    return client


TEXTS = {"practice": "逐户登记", "problem": "外出人员多", "suggestion": "线上缴费"}


def test_the_report_comes_with_its_figures(team, campaign):
    assert any("周报应于10月25日" in todo.text and todo.urgent for todo in todos_for(team.user))
    page = team.get(reverse("report_write")).content.decode()
    assert "征缴人数" in page
    team.post(reverse("report_write"), TEXTS)
    report = TownshipReport.objects.get()
    assert (report.collected, report.posted, report.practice, report.is_late) == (2, 2, "逐户登记", False)
    assert report.due_at == at("2024-10-25 12:00")
    assert not any("周报" in todo.text for todo in todos_for(team.user))


def test_until_noon_it_may_be_sent_again(team, business_clock):
    team.post(reverse("report_write"), TEXTS)
    business_clock("2024-10-25T12:00")
    team.post(reverse("report_write"), {**TEXTS, "practice": "改过"})
    report = TownshipReport.objects.get()
    assert (report.practice, report.is_late) == ("改过", False)
    assert Event.objects.filter(action="report.send").order_by("id").last().before["practice"] == "逐户登记"


def test_a_minute_after_noon_it_is_late_and_shown_so(team, business_clock, county, client):
    business_clock("2024-10-25T12:01")
    assert any("已超时" in todo.text for todo in todos_for(team.user))
    assert "按迟报登记" in team.post(reverse("report_write"), TEXTS, follow=True).content.decode()
    client.force_login(county)
    page = client.get(reverse("report_overview")).content.decode()
    assert "迟报 1 个" in page
    assert "未报 15 个" in page


def test_what_was_sent_in_time_stands_after_noon(team, business_clock):
    team.post(reverse("report_write"), TEXTS)
    business_clock("2024-10-25T12:01")
    page = team.post(reverse("report_write"), {**TEXTS, "practice": "改过"}, follow=True).content.decode()
    assert "不能再改" in page
    assert TownshipReport.objects.get().practice == "逐户登记"


def test_too_long_a_text_is_refused_on_the_page(team):
    page = team.post(reverse("report_write"), {**TEXTS, "practice": "长" * 1001}).content.decode()
    assert "1000" in page
    assert not TownshipReport.objects.exists()


def test_outside_the_period_no_report_is_wanted(team, business_clock):
    business_clock("2025-02-01T09:00")
    assert "不需要报送周报" in team.get(reverse("report_write")).content.decode()
    assert todos_for(team.user) == [t for t in todos_for(team.user) if "周报" not in t.text]


def test_a_township_s_leader_sees_the_own_report_only(team, client, make_user):
    team.post(reverse("report_write"), TEXTS)
    client.force_login(make_user("leader", B))
    page = client.get(reverse("report_overview")).content.decode()
    assert "逐户登记" not in page
    assert Region.objects.get(pk=B).name in page


@pytest.mark.parametrize("back", ["1", "60", "999", "-1", "x"])
def test_earlier_weeks_can_be_looked_up(back, officer):
    assert officer.get(reverse("report_overview"), {"back": back}).status_code == 200
