"""公示: masked, counted in working days, photographed, objections answered."""

import datetime
import io

import pytest

from collection.closing.services import open_items
from collection.contributions.models import Contribution
from collection.notices import services as notices
from collection.notices.models import Objection, PublicNotice
from collection.notices.selectors import not_shown
from core.calendar.models import Holiday
from core.files.photos import read_photo
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import BUILT_IN, load_regions, read_regions
from residents.people.models import Resident
from tests import factories
from tests.collection.paid_people import VILLAGE, pay

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 10, 25)


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def village(campaign):
    return Region.objects.get(pk=VILLAGE)


@pytest.fixture
def photo():
    def photo(colour="white"):
        return read_photo(io.BytesIO(factories.photo(colour)))

    return photo


@pytest.fixture
def prepared(campaign, village, helper):
    pay(campaign, helper, people=3, channel="self")
    return notices.prepare_notice(campaign=campaign, village=village, actor=helper)


@pytest.fixture
def posted(prepared, helper, photo):
    return notices.post_notice(notice=prepared, on=TODAY, photos=[photo()], actor=helper)


def test_the_list_is_masked_and_tells_nothing_else(prepared):
    resident = Resident.objects.first()
    assert prepared.people == 3
    assert prepared.rows[0] == [resident.name[0] + "*" + resident.name[-1], "411325********" + resident.id_number[-4:]]
    assert all(len(row) == 2 for row in prepared.rows)
    whole = str(prepared.rows)
    assert resident.id_number not in whole
    assert "400" not in whole
    assert "普通" not in whole


def test_only_those_whose_money_has_arrived(campaign, village, helper):
    pay(campaign, helper, people=2)
    with pytest.raises(Refused, match="已入库人员"):
        notices.prepare_notice(campaign=campaign, village=village, actor=helper)


def test_prepared_twice_is_one_list_and_it_does_not_move(campaign, village, helper, prepared):
    Contribution.objects.update(ended_at=campaign.opened_at, state="refunded")
    again = notices.prepare_notice(campaign=campaign, village=village, actor=helper)
    assert (again, again.people) == (prepared, 3)


def test_five_working_days_without_the_first(posted):
    # Friday 25 October: Monday is the first day, Friday 1 November the fifth.
    assert posted.ends_on == datetime.date(2024, 11, 1)


@pytest.mark.parametrize(("county", "ends_on"), [("411325", "2024-11-04"), ("411323", "2024-11-01")])
def test_the_county_s_own_holidays_count_and_no_other_county_s(prepared, helper, county, ends_on):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411323")
    Holiday.objects.create(county_id=county, day=datetime.date(2024, 10, 28), is_working=False)
    notice = notices.post_notice(notice=prepared, on=TODAY, photos=[], actor=helper)
    assert str(notice.ends_on) == ends_on


@pytest.mark.parametrize("on", ["2024-10-24", "2024-10-26"])
def test_posted_on_a_day_that_cannot_be(prepared, helper, on):
    with pytest.raises(Refused, match="张榜日期"):
        notices.post_notice(notice=prepared, on=datetime.date.fromisoformat(on), photos=[], actor=helper)


@pytest.mark.parametrize(("moment", "closes"), [("2024-11-01T23:59", False), ("2024-11-02T00:00", True)])
def test_closed_when_the_last_day_is_over(posted, helper, business_clock, moment, closes):
    business_clock(moment)
    if closes:
        assert notices.close_notice(notice=posted, actor=helper).state == "closed"
    else:
        with pytest.raises(Refused, match="2024-11-01 满期"):
            notices.close_notice(notice=posted, actor=helper)


def test_not_closed_without_photographs(prepared, helper, business_clock, photo):
    notice = notices.post_notice(notice=prepared, on=TODAY, photos=[], actor=helper)
    business_clock("2024-11-04T09:00")
    with pytest.raises(Refused, match="照片"):
        notices.close_notice(notice=notice, actor=helper)
    notices.add_photos(notice=notice, photos=[photo(), photo(), photo("red")], actor=helper)
    notices.add_photos(notice=notice, photos=[photo()], actor=helper)
    assert notice.photos.count() == 2
    assert notices.close_notice(notice=notice, actor=helper).state == "closed"


def test_not_closed_with_an_objection_unanswered(posted, helper, business_clock):
    objection = notices.raise_objection(notice=posted, raised_by="张大爷", text="名单里没有我", on=TODAY, actor=helper)
    notices.raise_objection(notice=posted, raised_by="张大爷", text="名单里没有我", on=TODAY, actor=helper)
    assert Objection.objects.count() == 1
    business_clock("2024-11-04T09:00")
    with pytest.raises(Refused, match="1 条异议"):
        notices.close_notice(notice=posted, actor=helper)
    notices.answer_objection(objection=objection, answer="已查到，11月1日入库", actor=helper)
    notices.answer_objection(objection=objection, answer="已查到，11月1日入库", actor=helper)
    with pytest.raises(Refused, match="已经答复"):
        notices.answer_objection(objection=objection, answer="另一种说法", actor=helper)
    notices.close_notice(notice=posted, actor=helper)
    assert notices.close_notice(notice=posted, actor=helper).state == "closed"
    with pytest.raises(Refused, match="公示期间"):
        notices.raise_objection(notice=posted, raised_by="李", text="太晚", on=TODAY, actor=helper)


def test_a_wrong_list_comes_down_and_a_new_one_begins_again(campaign, village, posted, helper):
    with pytest.raises(Refused, match="撤下原因"):
        notices.withdraw_notice(notice=posted, reason="", actor=helper)
    notices.withdraw_notice(notice=posted, reason="漏印一页", actor=helper)
    again = notices.prepare_notice(campaign=campaign, village=village, actor=helper)
    assert again != posted
    assert PublicNotice.objects.filter(state="withdrawn").count() == 1


def test_nothing_in_a_closed_campaign(campaign, posted, helper, photo):
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    with pytest.raises(Refused, match="已经办结"):
        notices.add_photos(notice=posted, photos=[photo("red")], actor=helper)


@pytest.fixture
def final(campaign, village, helper, photo, business_clock):
    """Put up when 内乡's collection is over."""
    pay(campaign, helper, people=3, channel="self")
    business_clock("2024-11-01T09:00")
    notice = notices.prepare_notice(campaign=campaign, village=village, actor=helper)
    return notices.post_notice(notice=notice, on=datetime.date(2024, 11, 1), photos=[photo()], actor=helper)


@pytest.mark.parametrize(("today", "shown"), [("2024-10-31", True), ("2024-11-01", False)])
def test_neixiang_s_notice_stands_after_collection(campaign, village, posted, helper, business_clock, today, shown):
    """内乡 四（一）7: 集中征缴结束后张榜; one put up before shows people meanwhile, and close asks for another."""
    PublicNotice.objects.filter(pk=posted.pk).update(state="closed")
    business_clock(f"{today}T09:00")
    assert not_shown(campaign=campaign).count() == (0 if shown else 3)
    assert ("notices" in {item.kind for item in open_items(campaign=campaign)}) != shown
    if not shown:
        assert notices.prepare_notice(campaign=campaign, village=village, actor=helper).people == 3


def test_who_pays_after_a_notice_gets_a_further_one(campaign, village, final, helper, clerk, business_clock, client):
    posted = final
    business_clock("2024-11-09T09:00")
    notices.close_notice(notice=posted, actor=helper)
    with pytest.raises(Refused, match="没有还未公示过"):
        notices.prepare_notice(campaign=campaign, village=village, actor=helper)
    assert not not_shown(campaign=campaign).exists()
    pay(campaign, clerk, channel="self", people=2)
    assert not_shown(campaign=campaign).count() == 2
    client.force_login(helper)
    page = client.get("/notices/").content.decode()
    assert "还有 2 人要公示" in page and "再公示</button>" in page
    assert "没有公示，请生成名单张榜" not in client.get("/").content.decode(), "while more are still paying"
    business_clock("2025-01-02T09:00")
    assert "1 个村有 2 名已缴费人员没有公示" in client.get("/").content.decode()
    address = client.post(f"/notices/new/{VILLAGE}/").url
    further = PublicNotice.objects.latest("pk")
    assert (further.people, further.pk != posted.pk, str(further.pk) in address) == (2, True, True)
    assert "要公示" not in client.get("/notices/").content.decode()
    assert "notices" in {item.kind for item in open_items(campaign=campaign)}


def test_the_sheet_for_the_wall_says_whom_to_ring(prepared, client, helper, make_user):
    """Who reviews comes before the leader of the team; where nobody gave a number there is room to write one."""
    client.force_login(helper)
    address = f"/notices/{prepared.pk}/print/"
    assert "征缴专班 ＿＿＿＿" in client.get(address).content.decode()
    make_user("township", VILLAGE[:9], position="leader", phone="19900000001")
    make_user("township", VILLAGE[:9], position="reviewer", phone="19900000002")
    page = client.get(address).content.decode()
    assert "19900000002" in page and "19900000001" not in page
