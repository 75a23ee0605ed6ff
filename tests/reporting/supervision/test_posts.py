"""Who answers for what: pasted, replaced everywhere at once, vacant where nobody follows."""

import datetime

import pytest
from django.urls import reverse

from core.refusals import Refused
from core.regions.models import Region
from reporting.supervision import posts
from reporting.supervision.models import Post
from reporting.supervision.selectors import township_teams, without_county_leader
from subsidies.campaigns.services import open_campaign

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 9, 6)
LEAVES = datetime.date(2024, 10, 21)


@pytest.fixture
def officer(campaign, make_user):
    return make_user("county", "411325")


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("township", "411325101")


@pytest.fixture
def paste(campaign, officer):
    def paste(body, text, actor=officer):
        read = posts.read_lines(body=body, text=text, user=actor)
        return posts.appoint(campaign=campaign, body=body, appointments=read, since=DAY, actor=actor)

    return paste


def test_leaders_are_pasted_and_pasted_again(paste):
    text = "城关镇\t张三\t副县长\t13800000000\n夏馆镇 张三 副县长 13800000000\n"
    assert [post.region.name for post in paste("county_link", text)] == ["城关镇", "夏馆镇"]
    assert paste("county_link", text) == []
    assert Post.objects.get(region_id="411325101").phone == "13800000000"


def test_a_team_is_pasted_with_its_work(paste, clerk):
    lines = ["夏馆镇 赵一 副镇长 - 负责人", "夏馆镇 钱二 - - 审核人员", "夏馆镇 孙三 - - 电子信息录入人员"]
    made = paste("coordination", "\n".join(lines), clerk)
    assert [post.rank for post in made] == ["head", "reviewer", "recorder"]


def test_every_line_that_cannot_be_read_is_named(campaign, officer):
    with pytest.raises(Refused) as refused:
        posts.read_lines(body="county_link", text="没有镇 张三\n夏馆镇\n夏馆镇 李四 - - 打杂", user=officer)
    says = str(refused.value)
    assert "第 1 行：本县没有乡镇" in says and "第 2 行：没有姓名" in says and "第 3 行：分工“打杂”" in says


def test_a_township_fills_its_own_and_nothing_else(paste, clerk):
    with pytest.raises(Refused, match="不在您的范围"):
        posts.read_lines(body="publicity", text="城关镇 张三", user=clerk)
    with pytest.raises(Refused, match="由县医保局登记"):
        paste("county_link", "夏馆镇 张三", clerk)


def test_a_leader_who_leaves_is_followed_everywhere_at_once(campaign, paste, officer):
    first, _ = paste("county_link", "城关镇 张三 副县长\n夏馆镇 张三 副县长")
    facts = {"on": LEAVES, "reason": "调离", "name": "李四", "title": "副县长", "actor": officer}
    made = posts.replace_person(post=first, **facts)
    assert [(post.name, post.region.name, post.since) for post in made] == [
        ("李四", "城关镇", LEAVES),
        ("李四", "夏馆镇", LEAVES),
    ]
    gone = Post.objects.filter(name="张三")
    assert {post.until for post in gone} == {LEAVES - datetime.timedelta(days=1)}
    assert posts.replace_person(post=first, **facts) == []


def test_a_leader_who_leaves_without_a_successor_leaves_a_gap_that_shows(client, campaign, paste, officer):
    (only,) = paste("county_link", "夏馆镇 张三 副县长")
    posts.replace_person(post=only, on=LEAVES, reason="退休", actor=officer)
    client.force_login(officer)
    assert "个乡镇没有包联县领导" in client.get("/").content.decode()
    page = client.get(reverse("supervision_posts")).content.decode()
    assert "没有包联县领导：" in page and "夏馆镇" in page and "退休" in page


def test_townships_without_a_leader_are_asked_for_once_the_county_links_anybody(
    campaign, paste, officer, django_assert_num_queries
):
    def vacant() -> list[str]:
        with django_assert_num_queries(1):
            return without_county_leader(campaign, officer)

    assert vacant() == []
    paste("county_link", "夏馆镇 张三 副县长")
    (only,) = Post.objects.all()
    townships = township_teams(campaign, officer)
    assert vacant() == [team.region.name for team in townships if team.region.name != "夏馆镇"]
    posts.replace_person(post=only, on=LEAVES, reason="退休", actor=officer)
    assert vacant() == [team.region.name for team in townships]


def test_a_day_before_the_post_began_is_refused(paste, officer):
    (only,) = paste("county_link", "夏馆镇 张三")
    with pytest.raises(Refused, match="早于任职日期"):
        posts.replace_person(post=only, on=DAY - datetime.timedelta(days=1), reason="误", actor=officer)


def test_the_pages(client, campaign, officer, clerk, paste):
    client.force_login(officer)
    facts = {"body": "leading", "since": "2024-09-06", "text": "内乡县 王五 县委常委 - 负责人"}
    assert client.post(reverse("supervision_posts"), facts).status_code == 302
    assert client.post(reverse("supervision_posts"), {**facts, "text": "x"}).status_code == 400
    annex = client.get(reverse("supervision_annex")).content.decode()
    assert "附件1" in annex and "王五" in annex and "附件2" in annex
    (village,) = Region.objects.filter(pk="411325101200")
    client.force_login(clerk)
    facts = {"body": "township_link", "since": "2024-09-06", "text": f"{village.name} 周六 干部"}
    assert client.post(reverse("supervision_posts"), facts).status_code == 302
    post = Post.objects.get(name="周六")
    url = reverse("post_replace", args=[post.pk])
    assert "周六" in client.get(url).content.decode()
    assert client.post(url, {"on": "2024-10-01", "reason": "轮岗", "name": "吴七"}).status_code == 302
    assert Post.objects.get(until__isnull=True, body="township_link").name == "吴七"


def test_statements_stay_the_same(django_assert_num_queries, campaign, officer, paste):
    paste("county_link", "夏馆镇 张三\n城关镇 李四")
    with django_assert_num_queries(2):
        township_teams(campaign, officer)


def test_gaoyang_s_five_guidance_groups(client, db, business_clock, make_user):
    """高阳 四（三）: the bureau forms five groups, each for some towns; the page says how many are named."""
    business_clock("2025-10-20T10:00")
    campaign = open_campaign(policy_id="130628-2026")[0]
    officer = make_user("county", "130628")
    towns = list(Region.objects.filter(level="township", code__startswith="130628").order_by("code"))
    client.force_login(officer)
    for number in range(1, 6):
        line = f"{towns[number].name} 王{number} 县医保局 - {number}"
        read = posts.read_lines(body="guidance", text=line, user=officer)
        posts.appoint(campaign=campaign, body="guidance", appointments=read, since=DAY, actor=officer)
        page = client.get(reverse("supervision_posts")).content.decode()
        look = "warning" if number < 5 else "success"
        assert f'<p class="message {look}">方案要求组建 5 个参保动员指导组，已登记 {number} 个组。' in page
    groups = {team.region.pk: [post.name for post in team.groups] for team in township_teams(campaign, officer)}
    assert groups[towns[1].pk] == ["王1"] and groups[towns[0].pk] == []
