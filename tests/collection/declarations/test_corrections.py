"""Refused people: corrected by the identity card, declared again, with their lineage."""

import datetime

import pytest

import collection.tasks  # noqa: F401
from collection.contributions.models import Contribution
from collection.declarations import corrections, drafts
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, DeclarationRow
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from residents.counter.corrections import change_number
from residents.people.models import Resident
from tests.collection.declarations.feedback_files import answers, book
from tests.collection.paid_people import TOWNSHIP, VILLAGE, pay
from tests.factories import invented_number

pytestmark = pytest.mark.django_db
State = Declaration.State


@pytest.fixture
def failed_row(declare, feed):
    declaration = declare(2)
    feed(declaration, book(answers(declaration, True, "姓名与身份证号不匹配")))
    return declaration.rows.get(result="failure")


def test_corrected_by_the_card_and_declared_again(failed_row, clerk, declare, feed):
    corrections.correct_row(row=failed_row, name="王 晓明", id_number=failed_row.id_number, note="", actor=clerk)
    again = declare()
    (row,) = again.rows.all()
    assert (row.name, row.previous, row.contribution) == ("王晓明", failed_row, failed_row.contribution)
    feed(again, book(answers(again, True)))
    assert again.state == State.FED_BACK
    assert Contribution.objects.filter(state="declared").count() == 2
    event = Event.objects.get(action="declaration.correct")
    assert event.before["name"] == failed_row.name
    assert failed_row.id_number not in str(event.before)


def test_uncorrected_people_are_not_declared_again_and_keep_their_money(failed_row, campaign, clerk):
    township = Region.objects.get(pk=TOWNSHIP)
    with pytest.raises(Refused, match="没有可以申报"):
        drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
    pay(campaign, clerk, people=1)
    with pytest.raises(Refused, match="没有可以申报"):
        drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)


def test_a_cancelled_draft_keeps_the_correction(failed_row, campaign, clerk):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    township = Region.objects.get(pk=TOWNSHIP)
    for _ in range(2):
        draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
        assert draft.rows.get().previous == failed_row
        drafts.cancel_draft(declaration=draft, reason="重做", actor=clerk)
    assert Contribution.objects.get(pk=failed_row.contribution_id).state == "failed"


def test_a_corrected_list_handed_back_whole_goes_back_to_failed(failed_row, clerk, declare, taxman):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    again = declare()
    declarations.return_declaration(declaration=again, reason="列名不对", actor=taxman)
    paid = Contribution.objects.get(pk=failed_row.contribution_id)
    assert (paid.state, paid.declaration_id) == ("failed", failed_row.declaration_id)
    assert declarations.submit_declaration(declaration=again, actor=clerk).people == 1


GOOD = invented_number(datetime.date(1971, 3, 2), "F", 9)
CORRECTIONS = {
    "a wrong check digit": ("王晓明", GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "", "校验码"),
    "too short": ("王晓明", GOOD[:17], "", "18位"),
    "not a name": ("王晓明（儿子）", GOOD, "", "不像姓名"),
    "nothing changed and nothing said": (None, None, "", "没有改动"),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_corrections_that_are_refused(failed_row, clerk, name):
    written, number, note, why = CORRECTIONS[name]
    with pytest.raises(Refused, match=why):
        corrections.correct_row(
            row=failed_row,
            name=written or failed_row.name,
            id_number=number or failed_row.id_number,
            note=note,
            actor=clerk,
        )
    failed_row.refresh_from_db()
    assert failed_row.fixed_at is None


def test_the_card_was_right_all_along(failed_row, clerk):
    fixed = corrections.correct_row(
        row=failed_row,
        name=failed_row.name,
        id_number=failed_row.id_number,
        note="身份证核对无误，请税务再查",
        actor=clerk,
    )
    assert fixed.fixed_at


def test_a_number_of_somebody_else_is_explained(failed_row, clerk, make_resident):
    make_resident("411325102200", name="李大山", id_number=GOOD)
    with pytest.raises(Refused, match="李\\*山.*重复登记"):
        corrections.correct_row(row=failed_row, name="王晓明", id_number=GOOD, note="", actor=clerk)


def test_a_number_of_a_record_merged_into_this_person_is_corrected_at_the_window_first(
    failed_row, clerk, officer, make_resident
):
    person = failed_row.contribution.resident
    make_resident(VILLAGE, name=person.name, id_number=GOOD, status=Resident.Status.MERGED, merged_into=person)
    with pytest.raises(Refused, match="先在居民页“更正证件号码”里改过来"):
        corrections.correct_row(row=failed_row, name=person.name, id_number=GOOD, note="", actor=clerk)
    change_number(resident=person, id_number=GOOD, actor=officer)
    corrections.correct_row(row=failed_row, name=person.name, id_number=GOOD, note="已按身份证更正", actor=clerk)


def test_a_number_of_somebody_insured_already_moves_no_payment(failed_row, campaign, clerk, make_resident):
    """The other has paid too: neither record, neither payment changes, and the row still waits."""
    other = pay(campaign, clerk, people=1, channel="self").get()
    before = Resident.objects.get(contributions=failed_row.contribution)
    with pytest.raises(Refused, match="是同一个人重复登记的，请县医保局在居民库里合并"):
        corrections.correct_row(
            row=failed_row, name=other.resident.name, id_number=other.resident.id_number, note="x", actor=clerk
        )
    failed_row.refresh_from_db()
    after = Resident.objects.get(pk=before.pk)
    assert (after.name, after.id_number, failed_row.fixed_at) == (before.name, before.id_number, None)
    assert Contribution.objects.get(pk=other.pk).state == "posted"
    assert not Event.objects.filter(action="declaration.correct").exists()


def test_a_number_of_another_county_tells_nothing_of_whose_it_is(failed_row, clerk, make_resident):
    far = Region.objects.create(code="411323100200", name="远村", level="village")
    make_resident(far.code, name="李大山", id_number=GOOD)
    with pytest.raises(Refused, match="已经在外县登记") as refused:
        corrections.correct_row(row=failed_row, name="王晓明", id_number=GOOD, note="", actor=clerk)
    assert "远村" not in str(refused.value)
    assert "山" not in str(refused.value)


def test_the_number_decides_birth_and_sex(failed_row, clerk):
    corrections.correct_row(row=failed_row, name="王晓梅", id_number=GOOD.lower(), note="", actor=clerk)
    resident = Resident.objects.get(contributions=failed_row.contribution)
    assert (resident.birth_date, resident.sex) == (datetime.date(1971, 3, 2), "F")


def test_what_is_declared_again_is_not_corrected_twice(failed_row, clerk, declare):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    declare()
    with pytest.raises(Refused, match="已经重新申报"):
        corrections.correct_row(row=failed_row, name="王小二", id_number=failed_row.id_number, note="", actor=clerk)
    assert DeclarationRow.objects.filter(previous=failed_row).count() == 1
