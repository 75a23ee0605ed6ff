"""Two records of one person: paired, proposed by one, merged or kept apart by another."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.entitlements.services import FREE_YEAR, record_free_years
from core.audit.models import Event
from core.refusals import Refused
from residents.duplicates import services as merging
from residents.duplicates.models import MergeCase
from residents.duplicates.services import cases_for, decide_merge, mark_not_duplicate, propose_merge, suspected_pairs
from residents.people.models import Resident
from residents.statuses.services import set_status
from subsidies.quotes.quote import Recognition, quote
from subsidies.rosters.models import Identity
from tests.at_once import waits_for
from tests.factories import invented_number

HERE, NEXT, FAR = "411325100001", "411325100002", "411325101200"


@pytest.fixture
def clerk(campaign, make_user, silent_queue):
    return make_user("township", "411325100")


@pytest.fixture
def twins(clerk, make_resident):
    """The same person twice: by birth certificate and by number."""
    born = datetime.date(2024, 5, 6)
    by_card = make_resident(HERE, name="王小花", birth="2024-05-06", id_number=invented_number(born, "F", 1), sex="F")
    by_birth = make_resident(
        HERE, name="王小花", birth="2024-05-06", id_number="W123456789", document_type="birth", sex="F", phone="138"
    )
    return by_card, by_birth


PHONE = "13800000001"
#: Another record beside 王小花, born 2024-05-06, that phone: is the pair listed by birth date, by phone?
ANOTHER = {
    "same name and day, same village": ({}, True, False),
    "same name and day, other village": ({"village": NEXT}, True, False),
    "same name and day, other township": ({"village": FAR}, True, False),
    "same name and phone, other day": ({"birth": "1960-05-06", "phone": PHONE}, False, True),
    "same name and phone, other township": ({"village": FAR, "birth": "1960-05-06", "phone": PHONE}, False, True),
    "same name, day and phone": ({"phone": PHONE}, True, True),
    "the name alone": ({"birth": "2024-05-07"}, False, False),
    "the name alone, other village": ({"village": NEXT, "birth": "2024-05-07", "phone": "13800000002"}, False, False),
    "the day alone": ({"name": "王小草"}, False, False),
    "the phone alone": ({"name": "王大山", "birth": "1990-05-06", "phone": PHONE}, False, False),
    "merged already": ({"status": "merged"}, False, False),
    "dead": ({"status": "dead"}, True, False),
}


@pytest.mark.parametrize("case", ANOTHER)
def test_whom_the_worklist_pairs(campaign, make_user, make_resident, case):
    facts, by_day, by_phone = ANOTHER[case]
    first = make_resident(HERE, name="王小花", birth="2024-05-06", phone=PHONE)
    second = make_resident(**{"village": HERE, "name": "王小花", "birth": "2024-05-06", **facts})
    rows = Resident.objects.for_user(make_user("county", "411325"))
    for by, listed in (("birth_date", by_day), ("phone", by_phone)):
        assert suspected_pairs(rows, by=by) == ([(first.pk, second.pk)] if listed else []), by


def test_no_phone_is_not_the_same_phone(campaign, make_resident):
    make_resident(HERE, name="王小花", birth="1960-05-06")
    make_resident(HERE, name="王小花", birth="1970-05-06")
    assert suspected_pairs(Resident.objects.all(), by="phone") == []


def test_the_worklist_ends_at_the_region(clerk, make_resident):
    for village in (HERE, FAR):
        make_resident(village, name="王小花", birth="2024-05-06")
    assert suspected_pairs(Resident.objects.for_user(clerk), by="birth_date") == []


def test_a_settled_pair_does_not_hide_a_third_record(clerk, twins, make_resident):
    mark_not_duplicate(one=twins[0], other=twins[1], reason="两个人", actor=clerk)
    third = make_resident(NEXT, name="王小花", birth="2024-05-06")
    assert suspected_pairs(Resident.objects.all(), by="birth_date") == [(one.pk, third.pk) for one in twins]


def test_a_birthday_that_a_hundred_records_share_does_not_grow_the_worklist_without_end(campaign, make_resident):
    same = [make_resident(HERE, name="不详", birth="1900-01-01") for _ in range(102)]
    pairs = suspected_pairs(Resident.objects.all(), by="birth_date")
    assert len(pairs) == merging.MOST < 102 * 101 / 2
    assert pairs[0] == (same[0].pk, same[1].pk)


def test_the_worklist_costs_the_same_for_one_pair_and_for_fifty(
    client, clerk, twins, make_resident, django_assert_num_queries
):
    client.force_login(clerk)
    client.get(reverse("merge_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("merge_list"))
    for number in range(30):
        make_resident(NEXT, name="王小花", birth="2024-05-06", phone=f"1380000{number:04d}")
    with django_assert_num_queries(len(one)):
        client.get(reverse("merge_list"))


def test_one_proposes_and_another_merges(client, clerk, twins, make_user):
    keep, drop = twins
    for year in (2022, 2023):
        drop.insured_years.create(year=year, source="往年")
    keep.insured_years.create(year=2023, source="往年")
    Identity.objects.create(resident=drop, kind="低保对象", department="民政局", recognised_on="2024-01-01")
    client.force_login(clerk)
    data = {"keep": drop.pk, "drop": keep.pk, "answer": "second", "reason": "新生儿补录号码"}
    for _ in range(2):
        client.post(reverse("merge_propose"), data)
    case = MergeCase.objects.get()
    client.post(reverse("merge_decide", args=[case.pk]), {"answer": "merge"})
    case.refresh_from_db()
    assert case.state == "proposed", "not by the same person"
    client.force_login(make_user("county", "411325"))
    assert "1 对重复档案待您复核" in client.get("/").content.decode()
    for _ in range(2):
        client.post(reverse("merge_decide", args=[case.pk]), {"answer": "merge"})
    for one in (case, keep, drop):
        one.refresh_from_db()
    assert (case.state, drop.status, drop.merged_into, keep.phone) == ("merged", "merged", keep, "138")
    assert list(keep.insured_years.order_by("year").values_list("year", flat=True)) == [2022, 2023]
    assert keep.identities.count() == 1 and drop.identities.count() == 0
    assert Event.objects.filter(action="resident.merge").count() == 1
    assert not suspected_pairs(Resident.objects.all(), by="birth_date")


def test_a_pair_that_is_not_one_person_is_not_asked_about_again(clerk, twins, make_user):
    case = propose_merge(keep=twins[0], drop=twins[1], reason="像", actor=clerk)
    decide_merge(case=case, accept=False, actor=make_user("county", "411325"))
    twins[1].refresh_from_db()
    assert twins[1].status == "active" and not suspected_pairs(Resident.objects.all(), by="birth_date")


@pytest.mark.parametrize(
    ("days", "stays"),
    [
        (("2024-01-01", "2024-02-01"), "2024-01-01"),
        (("2024-02-01", "2024-01-01"), "2024-01-01"),
        (("2024-01-01", "2024-01-01"), "2024-01-01"),
    ],
    ids=["the kept record's is earlier", "the other's is earlier", "of one day"],
)
def test_of_two_live_marks_of_a_kind_the_earlier_stays(clerk, twins, make_user, days, stays):
    keep, drop = twins
    facts = {"kind": "低保对象", "department": "民政局"}
    for one, day in zip(twins, days, strict=True):
        Identity.objects.create(resident=one, recognised_on=day, **facts)
    Identity.objects.create(resident=drop, kind="残疾人", department="残联", recognised_on="2024-03-01")
    case = propose_merge(keep=keep, drop=drop, reason="同一人", actor=clerk)
    decide_merge(case=case, accept=True, actor=make_user("county", "411325"))
    live = keep.identities.filter(withdrawn_at__isnull=True).order_by("recognised_on")
    assert [(one.kind, str(one.recognised_on), one.ended_on) for one in live] == [
        ("低保对象", stays, None),
        ("残疾人", "2024-03-01", None),
    ]
    assert (keep.identities.count(), drop.identities.count()) == (3, 0), "the withdrawn one moves too"
    event = Event.objects.get(action="identity.withdraw")
    assert event.object_id == str(keep.pk) and f"保留 {stays} 认定的" in event.summary


def test_both_paid_this_year_and_the_merge_waits_for_the_refund(clerk, twins, campaign, make_user):
    day = datetime.date(2024, 10, 8)
    owed = quote(campaign.policy, birth_date=twins[0].birth_date, paid_on=day)
    payments = [Payment(one.pk, HERE, "self", day, owed, state="posted") for one in twins]
    paid = record_contributions(campaign=campaign, actor=clerk, payments=payments)
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    county = make_user("county", "411325")
    with pytest.raises(Refused, match="缴费记录"):
        decide_merge(case=case, accept=True, actor=county)
    assert [Contribution.objects.get(pk=one.pk).resident_id for one in paid] == [one.pk for one in twins]
    Contribution.objects.filter(pk=paid[1].pk).update(ended_at="2024-10-20T10:00+08:00", state="refunded")
    decide_merge(case=case, accept=True, actor=county)
    assert set(Contribution.objects.values_list("resident", flat=True)) == {twins[0].pk}


@pytest.mark.parametrize("paid", [None, "keep", "drop"])
def test_a_child_enrolled_without_payment_on_both_records_is_enrolled_once(clerk, twins, campaign, make_user, paid):
    """屯留: registered twice, a newborn owes nothing twice; paid for on one of them, the payment stands."""
    keep, drop = twins
    for person, name in ((keep, "keep"), (drop, "drop")):
        enrol(campaign, person, "self" if paid == name else "free", clerk)
    case = propose_merge(keep=keep, drop=drop, reason="同一人", actor=clerk)
    decide_merge(case=case, accept=True, actor=make_user("county", "411325"))
    (live,) = Contribution.objects.filter(ended_at__isnull=True)
    assert (live.resident, live.channel) == (keep, "self" if paid else "free")
    assert Contribution.objects.get(ended_at__isnull=False).resident == keep, "its history moves with it"
    assert keep.insured_years.filter(year=campaign.year, source=FREE_YEAR).exists() == (paid is None)


def enrol(campaign, person, channel, actor):
    """Paid for, or without payment; both records know nothing of each other."""
    day = datetime.date(2024, 10, 8)
    known = [Recognition("特困人员", day)] if channel == "free" else []
    owed = quote(campaign.policy, birth_date=person.birth_date, paid_on=day, identities=known)
    payment = Payment(person.pk, HERE, channel, day, owed, state="posted")
    record_contributions(campaign=campaign, actor=actor, payments=[payment])
    record_free_years(campaign, Contribution.objects.filter(resident=person))


def test_nobody_merges_into_or_out_of_what_was_merged_meanwhile(clerk, twins, make_user, make_resident):
    third, county = make_resident(HERE, name="王小花", birth="2024-05-06"), make_user("county", "411325")
    first = propose_merge(keep=twins[0], drop=third, reason="同一人", actor=clerk)
    others = [
        propose_merge(keep=third, drop=twins[1], reason="同一人", actor=clerk),
        propose_merge(keep=make_resident(HERE, name="王小花", birth="2024-05-06"), drop=third, reason="", actor=clerk),
    ]
    decide_merge(case=first, accept=True, actor=county)
    for case in others:
        with pytest.raises(Refused, match="已经合并过"):
            decide_merge(case=case, accept=True, actor=county)
    third.refresh_from_db()
    assert third.merged_into == twins[0]
    assert decide_merge(case=others[0], accept=False, actor=county).state == "rejected"


def test_who_died_since_the_proposal_is_not_merged_unseen(clerk, twins, make_user):
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    Resident.objects.filter(pk=twins[1].pk).update(status="dead", status_on="2024-10-01")
    with pytest.raises(Refused, match="状态不同（在册、死亡）"):
        decide_merge(case=case, accept=True, actor=make_user("county", "411325"))


def test_the_statuses_of_both_end_where_the_next_begins(clerk, twins, make_user):
    """By their days, whichever of them was registered first."""
    keep, drop = twins
    learned = [
        (drop, "army", "2024-05-10"),
        (drop, "active", "2024-08-01"),
        (keep, "prison", "2024-06-01"),
        (keep, "active", "2024-07-01"),
    ]
    for person, status, on in learned:
        set_status(resident=person, status=status, since=datetime.date.fromisoformat(on), source="x", actor=clerk)
        person.refresh_from_db()
    case = propose_merge(keep=keep, drop=drop, reason="同一人", actor=clerk)
    decide_merge(case=case, accept=True, actor=make_user("county", "411325"))
    found = keep.statuses.order_by("since").values_list("status", "since", "until")
    assert [(status, str(since), str(until)) for status, since, until in found] == [
        ("army", "2024-05-10", "2024-06-01"),
        ("prison", "2024-06-01", "2024-07-01"),
        ("active", "2024-07-01", "2024-08-01"),
        ("active", "2024-08-01", "None"),
    ]
    keep.refresh_from_db()
    assert (keep.status, str(keep.status_on)) == ("active", "2024-08-01")


def test_the_record_with_the_number_is_kept(clerk, twins):
    with pytest.raises(Refused, match="保留有身份证号码"):
        propose_merge(keep=twins[1], drop=twins[0], reason="同一人", actor=clerk)


def test_told_apart_by_one_person_and_once(client, clerk, twins):
    client.force_login(clerk)
    data = {"keep": twins[0].pk, "drop": twins[1].pk, "answer": "different", "reason": "两个孩子"}
    assert "王小花" in client.get(reverse("merge_list")).content.decode()
    for _ in range(2):
        client.post(reverse("merge_propose"), data)
    assert MergeCase.objects.get().state == "rejected"
    assert "没有疑似重复" in client.get(reverse("merge_list")).content.decode()
    assert Event.objects.filter(action="resident.tell_apart").count() == 1


def test_a_proposed_pair_is_not_told_apart_beside_the_proposal(clerk, twins):
    propose_merge(keep=twins[0], drop=twins[1], reason="像", actor=clerk)
    with pytest.raises(Refused, match="等待复核"):
        mark_not_duplicate(one=twins[1], other=twins[0], reason="两个人", actor=clerk)


def test_a_township_is_not_shown_a_proposal_about_another_township_s_record(clerk, twins, make_user, make_resident):
    far, county = make_resident(FAR, name="王小花", birth="2024-05-06"), make_user("county", "411325")
    case = propose_merge(keep=twins[0], drop=far, reason="同一人", actor=county)
    assert list(cases_for(county)) == [case] and not cases_for(clerk).exists()


def test_nobody_merges_into_another_township_s_record(client, clerk, twins, make_resident):
    far = make_resident(FAR, name="王小花", birth="2024-05-06")
    client.force_login(clerk)
    for answer in ("first", "second", "different"):
        data = {"keep": twins[0].pk, "drop": far.pk, "answer": answer, "reason": "试"}
        client.post(reverse("merge_propose"), data)
    assert not MergeCase.objects.exists()
    with pytest.raises(Refused, match="不同的档案"):
        merging.propose_merge(keep=far, drop=far, reason="试", actor=clerk)


def test_a_late_proposal_meets_what_was_settled_meanwhile(clerk, twins, make_user):
    """The page was open while a colleague answered."""
    mark_not_duplicate(one=twins[1], other=twins[0], reason="两个人", actor=clerk)
    with pytest.raises(Refused, match=f"{clerk.name}标为不是同一人"):
        propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=make_user("county", "411325"))
    assert MergeCase.objects.count() == 1


def test_the_other_way_round_is_another_proposal(clerk, twins, make_user, make_resident):
    same = make_resident(HERE, name="王小花", birth="2024-05-06")
    propose_merge(keep=twins[0], drop=same, reason="同一人", actor=clerk)
    with pytest.raises(Refused, match=f"{clerk.name}提出合并.*等待复核"):
        propose_merge(keep=same, drop=twins[0], reason="同一人", actor=make_user("county", "411325"))


@pytest.mark.parametrize("first", [True, False])
def test_the_second_answer_is_told_of_the_first(client, clerk, twins, make_user, first):
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    county = make_user("county", "411325")
    decide_merge(case=case, accept=first, actor=county)
    client.force_login(make_user("county", "411325"))
    answer = {"answer": "different" if first else "merge"}
    page = client.post(reverse("merge_decide", args=[case.pk]), answer, follow=True).content.decode()
    assert f"已由{county.name}{'合并' if first else '标为不是同一人'}" in page
    assert '<li class="message success">' not in page
    case.refresh_from_db()
    assert case.state == ("merged" if first else "rejected")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_answers_about_one_pair_wait_for_each_other(clerk, twins, make_user):
    keep, drop = twins
    colleague = make_user("county", "411325")
    proposing = lambda: propose_merge(keep=keep, drop=drop, reason="同一人", actor=colleague)  # noqa: E731
    telling = lambda: mark_not_duplicate(one=drop, other=keep, reason="两个人", actor=clerk)  # noqa: E731
    assert waits_for(proposing, telling) and waits_for(telling, proposing) and waits_for(proposing, proposing)
    case = propose_merge(keep=keep, drop=drop, reason="同一人", actor=clerk)
    assert waits_for(lambda: decide_merge(case=case, accept=True, actor=colleague), telling)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_payment_and_a_merge_wait_for_each_other(clerk, twins, campaign, make_user):
    colleague = make_user("county", "411325")
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    merging = lambda: decide_merge(case=case, accept=True, actor=colleague)  # noqa: E731
    paying = lambda: pay_for(twins[1], campaign, clerk)  # noqa: E731
    assert waits_for(paying, merging) and waits_for(merging, paying)


def test_nothing_is_paid_on_a_record_that_was_merged_meanwhile(clerk, twins, campaign, make_user):
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    decide_merge(case=case, accept=True, actor=make_user("county", "411325"))
    assert pay_for(twins[1], campaign, clerk) == [] and not Contribution.objects.exists()


def pay_for(resident, campaign, actor):
    day = datetime.date(2024, 10, 8)
    owed = quote(campaign.policy, birth_date=resident.birth_date, paid_on=day)
    payment = Payment(resident.pk, HERE, "self", day, owed, state="posted")
    return record_contributions(campaign=campaign, actor=actor, payments=[payment])
