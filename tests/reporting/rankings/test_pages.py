"""Pages of progress and rankings: who sees what, how many queries, and that each figure leads to its names."""

import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from core.pages.frame import menu_for, todos_for
from core.regions.models import Region
from reporting.progress.selectors import LISTS, people, progress
from reporting.rankings.models import Ranking
from reporting.rankings.services import correct_ranking, publish_ranking
from reporting.rankings.snapshots import build_snapshot
from reporting.rankings.tracing import counted, published_figure
from residents.people.models import StatusEntry
from subsidies.campaigns.targets import set_targets
from subsidies.rosters.models import Identity
from tests.reporting.conftest import at

FRIDAY = "2024-10-25 12:00"
A, B, C = "411325101", "411325102", "411325103"
READERS = ["county", "township", "village", "tax", "department", "leader"]


@pytest.fixture
def county(campaign, pay, villages, business_clock, make_user):
    business_clock("2024-09-02T09:00")
    tasks = {villages[A][0]: 4, villages[A][1]: 4, B: 5, C: 0}
    set_targets(campaign=campaign, people=tasks, source="任务表", actor=None)
    pay(villages[A][0], recorded="2024-10-10", posted="2024-10-12")
    pay(villages[A][0], recorded="2024-10-20", posted="2024-10-21", channel="self")
    pay(villages[A][1], recorded="2024-10-20", channel="collective")
    pay(villages[B][0], recorded="2024-10-20", posted="2024-10-22")
    business_clock("2024-10-25T12:00")
    return make_user("county", "411325")


@pytest.fixture
def ranking(campaign, county):
    for number, day in enumerate(("2024-10-11", "2024-10-18", "2024-10-25"), start=1):
        snapshot = build_snapshot(campaign=campaign, kind="weekly", as_of=at(f"{day} 12:00"))
        published = publish_ranking(snapshot=snapshot, number=f"{number}号", actor=county)
    return published


@pytest.fixture
def signed_in(client, make_user):
    def sign_in(role, region="411325"):
        client.force_login(make_user(role, region))
        return client

    return sign_in


def reads(client, url) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the queries of a published ranking --------------------------------------------------------------------------


def test_reading_a_ranking_takes_at_most_five_queries(ranking, signed_in):
    url = reverse("ranking", args=[ranking.pk])
    for role in ("county", "leader", "township", "tax"):
        client = signed_in(role, A if role == "township" else "411325")
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            reads(client, url)
        assert len(seen) <= 5, (role, [q["sql"][:90] for q in seen])
        assert not any("collection_contribution" in q["sql"] or "residents_resident" in q["sql"] for q in seen), role


@pytest.mark.parametrize("page", ["ranking", "bulletin"])
def test_a_published_page_is_not_drawn_again_for_who_holds_it(page, ranking, signed_in, client, business_clock):
    signed_in("leader")
    url = reverse(page, args=[ranking.pk])
    first = client.get(url)
    assert first["Cache-Control"] == "no-cache, private"

    def again():
        answer = client.get(url, headers={"if-none-match": first["ETag"]})
        assert answer["Cache-Control"] == "no-cache, private" and bool(answer.content) == (answer.status_code == 200)
        return answer.status_code

    assert again() == 304
    assert client.get(f"{url}?year=2025", headers={"if-none-match": first["ETag"]}).status_code == 200, "other address"
    business_clock("2024-10-25T12:01")
    assert again() == 200, "the header tells another minute"
    business_clock("2024-10-25T12:00")
    assert again() == 304


def test_who_holds_a_published_page_gets_a_new_one_where_anything_in_it_may_differ(ranking, county, signed_in, client):
    signed_in("leader")
    url = reverse("ranking", args=[ranking.pk])
    held = {"if-none-match": client.get(url)["ETag"]}
    assert client.get(url, headers=held).status_code == 304
    Contribution.objects.in_region(B).update(state="reversed", ended_at=at("2024-10-24"))
    correct_ranking(ranking=ranking, reason="误登记", actor=county)
    assert client.get(url, headers=held).status_code == 200, "corrected meanwhile"
    held = {"if-none-match": client.get(url)["ETag"]}
    client.logout()
    assert client.get(url, headers=held).status_code == 302, "nobody is signed in"
    signed_in("township", A)
    assert client.get(url, headers=held).status_code == 200, "another reader"


def test_progress_takes_as_many_queries_for_many_people_as_for_few(campaign, county, pay, villages, signed_in):
    client = signed_in("county")
    url = reverse("progress", args=["411325"])
    client.get(url)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        reads(client, url)
    for village in villages[B]:
        pay(village, recorded="2024-10-20")
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        reads(client, url)
    assert len(many) == len(few) <= 30
    with CaptureQueriesContext(connection) as again:
        reads(client, url)
    assert len(again) <= 7  # drawn already


# --- progress ----------------------------------------------------------------------------------------------------


def test_a_county_s_progress_adds_up(campaign, county):
    found = progress(campaign=campaign, region=Region.objects.get(pk="411325"))
    by_code = {line.region.code: line for line in found.lines}
    assert len(found.lines) == 16
    assert (by_code[A].task, by_code[A].tally.collected, by_code[A].tally.posted) == (8, 3, 2)
    assert (by_code[A].tally.self_paid, by_code[A].tally.collective, by_code[A].tally.gained) == (1, 1, 1)
    assert by_code[A].outlook.gap == 8 * 0.9 // 1 + 1 - 2
    assert (by_code[C].task, by_code[C].outlook) == (0, None)
    assert (found.whole.task, found.whole.tally.collected) == (13, 4)
    assert by_code[B].villages_at_zero == by_code[B].villages - 1


def test_what_is_dated_this_very_instant_counts_now(campaign, county, pay, villages):
    pay(villages[A][0], recorded=FRIDAY)
    assert progress(campaign=campaign, region=Region.objects.get(pk=A)).whole.tally.collected == 4


@pytest.mark.parametrize("which", ["collected", "posted", "self", "collective", "gained"])
@pytest.mark.parametrize("region", ["411325", A, "village"])
def test_every_figure_leads_to_as_many_names(which, region, campaign, county, villages):
    region = Region.objects.get(pk=villages[A][0] if region == "village" else region)
    tally = progress(campaign=campaign, region=region).whole.tally
    figure = {"self": tally.self_paid}.get(which) or getattr(tally, which, 0)
    assert people(campaign=campaign, region=region, which=which, user=county).count() == figure


def test_special_groups(campaign, county, make_resident, pay, villages):
    def recognise(resident, kind):
        day = datetime.date(2024, 8, 1)
        Identity.objects.create(resident=resident, kind=kind, department="民政", recognised_on=day)

    def member(kind, status="active", paid=False):
        resident = make_resident(villages[A][0], status=status)
        recognise(resident, kind)
        if paid:
            pay(villages[A][0], resident=resident, recorded="2024-10-10", posted="2024-10-11")
        return resident

    both = member("低保对象", paid=True)
    recognise(both, "重度残疾人")
    member("低保对象")
    member("低保对象", status="dead")
    ended = member("低保对象")
    Identity.objects.filter(resident=ended).update(ended_on=datetime.date(2024, 9, 1))
    region = Region.objects.get(pk=A)
    found = progress(campaign=campaign, region=region)
    kinds = dict(found.kinds)
    assert (kinds["低保对象"].should, kinds["低保对象"].insured, kinds["低保对象"].excused) == (3, 1, 1)
    assert kinds["重度残疾人"].insured == 1
    whole = found.whole.groups
    assert (whole.should, whole.insured, whole.excused, whole.missing) == (3, 1, 1, 1)  # nobody twice
    for which, count in (("groups", 3), ("groups_insured", 1), ("groups_missing", 1), ("groups_excused", 1)):
        assert people(campaign=campaign, region=region, which=which, user=county).count() == count
    assert not StatusEntry.objects.exists()


def test_progress_goes_down_to_the_names(county, signed_in, villages):
    client = signed_in("county")
    page = reads(client, reverse("progress", args=["411325"]))
    assert reverse("progress", args=[A]) in page
    page = reads(client, reverse("progress", args=[A]))
    assert reverse("progress_people", args=[villages[A][0], "collected"]) in page
    page = reads(client, reverse("progress_people", args=[villages[A][0], "collected"]))
    assert "王小明" in page
    resident = Contribution.objects.in_region(A).first().resident
    assert resident.id_number not in page


@pytest.mark.parametrize("role", ["leader", "department"])
def test_figures_without_names(role, county, signed_in):
    client = signed_in(role)
    assert "/collected/" not in reads(client, reverse("progress", args=["411325"]))
    assert client.get(reverse("progress_people", args=[A, "collected"])).status_code == 403


@pytest.mark.parametrize("url", [("progress", "411325"), ("progress", B), ("progress_people", B, "collected")])
def test_another_region_is_not_there(url, county, signed_in):
    assert signed_in("township", A).get(reverse(url[0], args=url[1:])).status_code == 404


def test_an_unknown_list_is_not_there(county, signed_in):
    assert signed_in("county").get(reverse("progress_people", args=[A, "nonsense"])).status_code == 404


@pytest.mark.parametrize("which", LISTS)
def test_every_list_opens(which, county, signed_in):
    reads(signed_in("township", A), reverse("progress_people", args=[A, which]))


def test_a_township_without_villages_says_so(county, signed_in):
    Region.objects.create(code="411325999", name="新设镇", level="township", parent_id="411325")
    assert "下面没有村" in reads(signed_in("county"), reverse("progress", args=["411325999"]))


def test_a_task_of_zero_says_so(county, signed_in):
    assert "未下达" in reads(signed_in("county"), reverse("progress", args=["411325"]))


def test_tasks_that_do_not_add_up_are_pointed_out(campaign, county, signed_in, villages, business_clock):
    set_targets(campaign=campaign, people={A: 100}, source="任务表", actor=None)
    assert "各村任务合计 8 人，与本级任务 100 人不一致" in reads(signed_in("county"), reverse("progress", args=[A]))


def test_a_village_that_moved_in_is_named(campaign, county, villages, signed_in):
    old = villages[A][0]
    new = Region.objects.create(code="411325102999", name="迁来村民委员会", level="village", parent_id=B)
    Region.objects.filter(code=old).update(replaced_by=new, replaced_at=at("2024-10-24"))
    assert "含划入前登记的" in reads(signed_in("county"), reverse("progress", args=[B]))
    found = progress(campaign=campaign, region=Region.objects.get(pk=B))
    assert found.whole.tally.collected == 3
    assert people(campaign=campaign, region=Region.objects.get(pk=B), which="collected", user=county).count() == 3
    assert people(campaign=campaign, region=Region.objects.get(pk=A), which="collected", user=county).count() == 1


# --- rankings ----------------------------------------------------------------------------------------------------


def test_everyone_in_the_county_reads_the_ranking(ranking, signed_in, villages):
    for role in READERS:
        region = {"township": A, "village": villages[A][0]}.get(role, "411325")
        page = reads(signed_in(role, region), reverse("ranking", args=[ranking.pk]))
        assert ranking.fingerprint in page, role
        assert "2024年10月25日12时" in page, role


def test_another_county_s_ranking_is_not_there(ranking, signed_in):
    Region.objects.create(code="130628", name="高阳县", level="county")
    client = signed_in("county", "130628")
    for name in ("ranking", "bulletin", "bulletin_word", "bulletin_excel", "ranking_correct"):
        assert client.get(reverse(name, args=[ranking.pk])).status_code == 404
    assert "3号" not in reads(client, reverse("ranking_list"))


def test_a_leader_of_one_township_sees_the_county_and_the_own_villages(ranking, signed_in, villages):
    page = reads(signed_in("leader", A), reverse("ranking", args=[ranking.pk]))
    names = dict(Region.objects.values_list("code", "name"))
    assert names[B] in page
    assert names[villages[A][0]].removesuffix("民委员会") in page
    assert names[villages[B][0]].removesuffix("民委员会") not in page


@pytest.mark.parametrize("code", [A, B])
def test_a_published_figure_leads_to_its_contributions_months_later(
    code, ranking, signed_in, business_clock, villages, pay
):
    business_clock("2025-04-01T09:00")
    Contribution.objects.in_region(A).filter(posted_at__isnull=False).update(
        state="refunded", ended_at=at("2024-11-11"), end_reason="死亡"
    )
    pay(villages[A][0], recorded="2024-11-01", posted="2024-11-02")
    region = Region.objects.get(pk=code)
    rows = counted(ranking=ranking, region=region)
    assert rows.count() == published_figure(ranking, region) == {A: 2, B: 1}[code]
    page = reads(signed_in("county"), reverse("ranking_trace", args=[ranking.pk, code]))
    assert "与公布数一致" in page


def test_a_trace_that_does_not_match_raises_the_alarm(ranking, signed_in):
    Contribution.objects.in_region(B).update(posted_at=at("2024-10-26"))
    page = reads(signed_in("county"), reverse("ranking_trace", args=[ranking.pk, B]))
    assert "不一致" in page


def test_tracing_stays_in_scope(ranking, signed_in):
    client = signed_in("township", A)
    assert client.get(reverse("ranking_trace", args=[ranking.pk, B])).status_code == 404
    assert client.get(reverse("ranking_trace", args=[ranking.pk, A])).status_code == 200


def test_the_county_publishes_from_the_draft(campaign, county, client):
    client.force_login(county)
    snapshot = build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))
    assert any("待发布" in todo.text and todo.urgent for todo in todos_for(county))
    page = reads(client, reverse("snapshot", args=[snapshot.pk]))
    assert "内医保征〔2024〕1号" in page
    assert client.get(reverse("snapshot_publish", args=[snapshot.pk])).status_code == 405
    for _ in range(2):  # a double click
        client.post(reverse("snapshot_publish", args=[snapshot.pk]), {"number": "内医保征〔2024〕1号"})
    assert Ranking.objects.get().number == "内医保征〔2024〕1号"
    assert todos_for(county) == [todo for todo in todos_for(county) if "待发布" not in todo.text]


def test_only_the_county_publishes_and_corrects(campaign, ranking, signed_in):
    for role in ("township", "leader", "tax"):
        client = signed_in(role, A if role == "township" else "411325")
        assert client.post(reverse("snapshot_publish", args=[1]), {"number": "9号"}).status_code == 403, role
        assert client.post(reverse("ranking_correct", args=[ranking.pk]), {"reason": "x"}).status_code == 403, role


def test_a_correction_shows_what_differs_first(ranking, county, client, business_clock):
    client.force_login(county)
    url = reverse("ranking_correct", args=[ranking.pk])
    assert "没有需要更正的内容" in reads(client, url)
    business_clock("2024-10-28T09:00")
    Contribution.objects.in_region(B).update(state="reversed", ended_at=at("2024-10-27"))
    assert "不同的 2 个单位" in reads(client, url)
    client.post(url, {"reason": ""})
    assert Ranking.objects.filter(version=2).count() == 0
    client.post(url, {"reason": "误登记已冲销"})
    second = Ranking.objects.get(version=2)
    assert "误登记已冲销" in reads(client, reverse("ranking", args=[second.pk]))
    first = reads(client, reverse("ranking", args=[ranking.pk]))
    assert "这一期已更正" in first
    assert reverse("ranking", args=[second.pk]) in first


def test_the_leader_s_page_shows_the_last_version(ranking, county, signed_in, business_clock):
    business_clock("2024-10-28T09:00")
    Contribution.objects.in_region(B).update(state="reversed", ended_at=at("2024-10-27"))
    correct_ranking(ranking=ranking, reason="误登记", actor=county)
    assert "第2版" in reads(signed_in("leader"), reverse("leader"))


def test_menus_lead_only_where_one_may_go(ranking, make_user, client):
    for role in READERS:
        user = make_user(role, A if role == "township" else "411325")
        client.force_login(user)
        for line in menu_for(user):
            if line["url"].startswith(("/progress", "/leader", "/rankings", "/reports")):
                assert client.get(line["url"]).status_code in (200, 302), (role, line)
