"""Publication: frozen, its hash shown, version 2 with a reason, messages to the foot and to those who stand still."""

import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import F

from collection.contributions.models import Contribution
from collection.tallies.models import DayTally
from core.audit.models import Event
from core.messages.models import OutboxMessage
from core.refusals import Refused
from core.regions.models import Region
from reporting.rankings.content import bulletin_from_json
from reporting.rankings.models import Ranking, RewardTier, Snapshot
from reporting.rankings.rank import fingerprint
from reporting.rankings.rewards import Tier
from reporting.rankings.services import correct_ranking, next_number, publish_ranking
from reporting.rankings.snapshots import build_snapshot
from reporting.rankings.tiers import set_reward_tiers
from reporting.reports.models import TownshipReport
from reporting.tasks import build_due_snapshots
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.targets import set_targets
from tests.at_once import waits_for
from tests.reporting.conftest import at, sign_by_both

FRIDAY, FRIDAY_BEFORE = "2024-10-25 12:00", "2024-10-18 12:00"
TOWNSHIPS = ["411325101", "411325102", "411325103", "411325104"]


@pytest.fixture
def county(campaign, pay, villages, business_clock, make_user):
    """Four townships with a task of 4 each and 3, 2, 1, 0 posted; nobody else has a task."""
    business_clock("2024-09-02T09:00")
    set_targets(campaign=campaign, people=dict.fromkeys(TOWNSHIPS, 4), source="任务表", actor=None)
    for number, code in enumerate(TOWNSHIPS):
        for _ in range(3 - number):
            pay(villages[code][0], recorded="2024-10-10", posted="2024-10-20")
    business_clock("2024-10-25T12:00")
    return make_user("county", "411325")


def weekly(campaign, as_of=FRIDAY) -> Snapshot:
    return build_snapshot(campaign=campaign, kind="weekly", as_of=at(as_of))


def ranks(ranking):
    return {row["code"]: row["rank"] for row in ranking.content["townships"] if row["rank"]}


def test_a_publication_says_who_when_what_and_its_hash(campaign, county):
    ranking = publish_ranking(snapshot=weekly(campaign), number=" 内医保征〔2024〕1号 ", actor=county)
    assert (ranking.number, ranking.version, ranking.published_by) == ("内医保征〔2024〕1号", 1, county)
    assert ranks(ranking) == {code: place for place, code in enumerate(TOWNSHIPS, start=1)}
    kept = Ranking.objects.get()
    assert kept.fingerprint == fingerprint({"content": kept.content, "villages": kept.villages})
    assert Event.objects.get(action="ranking.publish").after["fingerprint"] == ranking.fingerprint


def test_publishing_twice_is_publishing_once(campaign, county):
    snapshot = weekly(campaign)
    first = publish_ranking(snapshot=snapshot, number="1号", actor=county)
    assert publish_ranking(snapshot=snapshot, number="1号", actor=county) == first
    assert Ranking.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_set_for_the_whole_county_is_set_one_after_the_other(campaign, county):
    """A document number is used once, and the prizes are those of one officer."""
    first, second = weekly(campaign), weekly(campaign, FRIDAY_BEFORE)
    tiers = ([Tier("一等奖", 1, 2, Decimal(1)), Tier("二等奖", 3, 4, Decimal(1))], [Tier("一等奖", 1, 3, Decimal(1))])
    publish = [lambda s=s: publish_ranking(snapshot=s, number="1号", actor=county) for s in (first, second)]
    setting = [lambda t=t: set_reward_tiers(campaign=campaign, tiers=t, actor=county) for t in tiers]
    assert waits_for(*publish) and waits_for(*setting)


def test_a_document_number_is_needed_and_used_once(campaign, county):
    with pytest.raises(Refused, match="文号太长：最多 40 个字"):
        publish_ranking(snapshot=weekly(campaign), number="内" * 41, actor=county)
    with pytest.raises(Refused, match="请填写文号"):
        publish_ranking(snapshot=weekly(campaign), number="  ", actor=county)
    publish_ranking(snapshot=weekly(campaign, FRIDAY_BEFORE), number="1号", actor=county)
    with pytest.raises(Refused, match="已经用过"):
        publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)


def test_document_numbers_count_per_year_of_the_county(campaign, county, business_clock):
    assert next_number(campaign) == "内医保征〔2024〕1号"
    publish_ranking(snapshot=weekly(campaign, FRIDAY_BEFORE), number="内医保征〔2024〕7号", actor=county)
    assert next_number(campaign) == "内医保征〔2024〕8号"
    publish_ranking(snapshot=weekly(campaign), number="内政办发〔2024〕90号", actor=county)
    assert next_number(campaign) == "内医保征〔2024〕8号"
    business_clock("2025-01-03T09:00")
    assert next_number(campaign) == "内医保征〔2025〕1号"
    business_clock("2025-12-05T09:00")
    following = Campaign.objects.create(
        county=campaign.county, year=2026, policy_version=campaign.policy_version, opened_at=campaign.opened_at
    )
    assert next_number(following) == "内医保征〔2025〕1号"


def test_the_database_refuses_to_change_a_ranking(campaign, county):
    publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    for change in (lambda: Ranking.objects.update(number="2号"), lambda: Ranking.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_movement_is_against_the_last_one_published(campaign, county, pay, villages):
    publish_ranking(snapshot=weekly(campaign, FRIDAY_BEFORE), number="1号", actor=county)  # nobody posted: all first
    weekly(campaign, "2024-10-20 12:00")  # built, never published
    ranking = publish_ranking(snapshot=weekly(campaign), number="2号", actor=county)
    assert ranking.content["previous"] == "2024-10-18T12:00:00+08:00"
    moved = {row["code"]: row["movement"] for row in ranking.content["townships"] if row["rank"]}
    assert moved == {"411325101": 0, "411325102": -1, "411325103": -2, "411325104": -3}


# --- figures corrected after publication -------------------------------------------------------------------------


def test_version_2_has_the_same_time_other_rows_and_a_reason(campaign, county, business_clock):
    first = publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    before = Ranking.objects.get().content
    business_clock("2024-10-28T09:00")
    Contribution.objects.in_region("411325101").update(
        ended_at=at("2024-10-28 08:00"), state=Contribution.State.REVERSED
    )
    second = correct_ranking(ranking=first, reason="重复登记冲销", actor=county)
    assert (second.version, second.as_of, second.reason, second.number) == (2, first.as_of, "重复登记冲销", "1号")
    assert ranks(second)["411325101"] == 3
    first.refresh_from_db()
    assert first.content == before
    assert second.fingerprint != first.fingerprint


def test_a_corrected_task_is_a_correction_too(campaign, county, business_clock):
    first = publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    business_clock("2024-10-28T09:00")
    set_targets(campaign=campaign, people={"411325104": None}, source="更正", actor=county)
    business_clock("2024-10-28T09:01")
    assert "411325104" not in ranks(correct_ranking(ranking=first, reason="任务表有误", actor=county))


def test_what_happened_since_is_no_correction(campaign, county, business_clock, pay, villages):
    first = publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    business_clock("2024-10-28T09:00")
    pay(villages["411325104"][0], recorded="2024-10-26", posted="2024-10-27")
    Contribution.objects.in_region("411325101").update(
        ended_at=at("2024-10-28 08:00"), state=Contribution.State.REFUNDED
    )
    with pytest.raises(Refused, match="完全相同"), transaction.atomic():
        correct_ranking(ranking=first, reason="再看看", actor=county)
    assert Snapshot.objects.count() == 1


def test_a_correction_needs_a_reason_and_the_last_version(campaign, county, business_clock):
    first = publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    with pytest.raises(Refused, match="原因"):
        correct_ranking(ranking=first, reason=" ", actor=county)
    business_clock("2024-10-28T09:00")
    Contribution.objects.in_region("411325101").update(
        ended_at=at("2024-10-28 08:00"), state=Contribution.State.REVERSED
    )
    correct_ranking(ranking=first, reason="冲销", actor=county)
    with pytest.raises(Refused, match="最新一版"):
        correct_ranking(ranking=first, reason="再来", actor=county)


# --- what stands beside the figures ------------------------------------------------------------------------------


def report(campaign, county, township, sent, **texts):
    return TownshipReport.objects.create(
        campaign=campaign,
        township_id=township,
        due_at=at(FRIDAY),
        collected=1,
        posted=1,
        sent_by=county,
        sent_at=at(sent),
        **texts,
    )


def test_reports_are_gathered_and_the_late_named(campaign, county):
    report(campaign, county, "411325101", "2024-10-25 12:00", practice="逐户登记")
    report(campaign, county, "411325102", "2024-10-25 12:01", problem="外出人员多")
    ranking = publish_ranking(snapshot=weekly(campaign), number="1号", actor=county)
    bulletin = bulletin_from_json(ranking.content["bulletin"])
    assert [(r.practice, r.problem) for r in bulletin.remarks] == [("逐户登记", ""), ("", "外出人员多")]
    late = next(text for text in bulletin.paragraphs if "未在规定时间前报送周报" in text)
    first, second = (Region.objects.get(code=code).name for code in ("411325101", "411325102"))
    assert second in late
    assert first not in late


def test_the_final_evaluation_pays_by_the_county_s_tiers(campaign, county, business_clock):
    RewardTier.objects.create(campaign=campaign, name="一等奖", first=1, last=2, amount="50000.00")
    business_clock("2025-01-01T09:00")
    snapshot = build_snapshot(campaign=campaign, kind="final", as_of=at("2025-01-01 00:00"))
    sign_by_both(snapshot)
    ranking = publish_ranking(snapshot=snapshot, number="20号", actor=county)
    rows = bulletin_from_json(ranking.content["bulletin"]).table.shown
    assert [row[-3:] for row in rows[:3]] == [
        ["4.50", "一等奖", "50,000.00"],
        ["3.00", "一等奖", "50,000.00"],
        ["1.50", "—", "0.00"],
    ]


# --- messages ----------------------------------------------------------------------------------------------------


def test_the_foot_is_told_once(campaign, county, make_user):
    head = make_user("township", "411325104", position="leader", phone="13800000000")
    make_user("township", "411325104", position="recorder")
    make_user("township", "411325101", position="leader")
    snapshot = weekly(campaign)
    publish_ranking(snapshot=snapshot, number="1号", actor=county)
    publish_ranking(snapshot=snapshot, number="1号", actor=county)
    message = OutboxMessage.objects.get()
    assert (message.to_name, message.to_phone, message.region_code) == (head.name, "13800000000", "411325104")
    assert "列第4位" in message.text
    assert "还差4人" in message.text


def test_villages_that_stand_still_for_a_week_are_told(campaign, county, make_user, villages, pay, business_clock):
    still, moving, done, no_task = villages["411325105"][:4]
    for village in (still, moving, done, no_task):
        make_user("village", village, position="helper")
    business_clock("2024-10-10T09:00")
    set_targets(campaign=campaign, people={still: 5, moving: 5, done: 1}, source="任务表", actor=county)
    pay(still, recorded="2024-10-18 11:59")
    pay(moving, recorded="2024-10-18 12:00")
    pay(done, recorded="2024-10-01")
    business_clock("2024-10-25T12:00")
    build_due_snapshots()
    build_due_snapshots()
    assert [m.region_code for m in OutboxMessage.objects.filter(kind="standing_still")] == [still]


def test_a_week_that_is_long_past_sends_nothing(campaign, county, make_user, villages, business_clock):
    business_clock("2024-09-03T09:00")
    set_targets(campaign=campaign, people={villages["411325105"][0]: 5}, source="任务表", actor=county)
    make_user("village", villages["411325105"][0])
    business_clock("2024-11-20T09:00")
    assert build_due_snapshots() == 5
    assert not OutboxMessage.objects.exists()


# --- bad input ---------------------------------------------------------------------------------------------------


def test_a_week_without_data_is_a_ranking_of_zeros(campaign, county, business_clock):
    ranking = publish_ranking(snapshot=weekly(campaign, "2024-10-04 12:00"), number="1号", actor=county)
    assert {row["done"] for row in ranking.content["townships"]} == {0}
    assert ranks(ranking) == dict.fromkeys(TOWNSHIPS, 1)
    assert ranking.content["bulletin"]["praised"] == []


def test_without_any_task_everything_is_shown_and_nobody_ranked(campaign, make_user, business_clock):
    business_clock("2024-10-25T12:00")
    ranking = publish_ranking(snapshot=weekly(campaign), number="1号", actor=make_user("county", "411325"))
    assert ranks(ranking) == {}
    assert len(ranking.content["townships"]) == 16
    assert ranking.content["whole"]["outlook"] is None


def miscount(campaign, village):
    """A tally that somebody changed behind everybody's back."""
    DayTally.objects.filter(campaign=campaign, village=village).update(posted=F("posted") + 1)


def test_a_village_whose_tally_differs_stops_the_publication(campaign, county, villages):
    village = villages["411325101"][0]
    right = weekly(campaign)
    miscount(campaign, village)
    with pytest.raises(Refused, match=f"{Region.objects.get(pk=village).name}的计数与缴费记录不一致，不能发布。请"):
        publish_ranking(snapshot=right, number="1号", actor=county)
    call_command("recount_tallies", stdout=io.StringIO())
    assert publish_ranking(snapshot=right, number="1号", actor=county).version == 1


@pytest.mark.parametrize("recounted_at", ["2024-10-25T15:00", "2024-10-25T12:00"], ids=["later", "on a standing clock"])
def test_what_was_counted_from_a_wrong_tally_is_counted_again_and_not_published(
    recounted_at, campaign, county, villages, business_clock
):
    village = villages["411325101"][0]
    business_clock("2024-10-25T12:00")
    miscount(campaign, village)
    wrong, told = weekly(campaign), io.StringIO()
    business_clock(recounted_at)
    call_command("recount_tallies", stdout=told)
    assert "已重新计数，重新统计待发布的 1 期" in told.getvalue()
    with pytest.raises(Refused, match=f"{Region.objects.get(pk=village).name}的计数有误，不能发布"):
        publish_ranking(snapshot=wrong, number="1号", actor=county)
    again = Snapshot.objects.exclude(pk=wrong.pk).get()
    assert publish_ranking(snapshot=again, number="1号", actor=county).content["townships"][0]["posted"] == 3
    call_command("recount_tallies", stdout=(told := io.StringIO()))
    assert "计数与缴费记录一致。" in told.getvalue()
