"""Opening a year and changing a running policy on pages: one prepares, another puts into force."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.access.roles import Role
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns import proposals
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.campaigns.services import open_campaign
from subsidies.policy.policies import load
from tests.at_once import together
from tests.years import text_of_next_year

PAPER = "内民发〔2025〕1号"
WHY = "先按县里要求开征，其余步骤随后办理"


@pytest.fixture
def officers(campaign, make_user):
    return [make_user(Role.COUNTY, "411325") for _ in range(2)]


@pytest.fixture
def next_year(campaign):
    return text_of_next_year(campaign.policy)


def start(campaign, text, actor, name="开征"):
    return proposals.start_proposal(county=campaign.county, text=text, name=name, actor=actor)


def test_a_second_person_opens_the_year(campaign, officers, next_year):
    first, second = officers
    proposal = start(campaign, next_year, first)
    seen = proposal.policy.hash
    assert proposal.base_id == campaign.policy_version_id
    with pytest.raises(Refused, match="另一位经办人"):
        proposals.put_into_force(proposal=proposal, seen=seen, actor=first)
    with pytest.raises(Refused, match="与页面上看到的不一样"):
        proposals.put_into_force(proposal=proposal, seen="0" * 64, actor=second)
    assert Campaign.objects.count() == 1
    with pytest.raises(Refused, match="还没有确认的步骤：政策口径、村名单、征缴任务"):
        proposals.put_into_force(proposal=proposal, seen=seen, actor=second)
    opened = proposals.put_into_force(proposal=proposal, seen=seen, unfinished=WHY, actor=second)
    assert (opened.year, opened.policy.hash) == (2026, seen)
    assert proposals.put_into_force(proposal=proposal, seen=seen, actor=second) == opened
    assert Event.objects.filter(action="campaign.open", object_id=str(opened.pk)).count() == 1


def test_who_changed_it_last_does_not_put_it_into_force(campaign, officers, next_year):
    first, second = officers
    proposal = start(campaign, next_year, first)
    proposals.change_standard(proposal=proposal, amount=Decimal(410), document="省医保局通知", file=None, actor=second)
    for actor in officers:
        with pytest.raises(Refused, match="另一位经办人"):
            proposals.put_into_force(proposal=proposal, seen="", actor=actor)
    proposal.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyProposal.objects.filter(pk=proposal.pk).update(state="applied", settled_by=first)


def test_it_is_left_and_taken_up(campaign, officers, next_year):
    proposal = start(campaign, next_year, officers[0])
    assert start(campaign, next_year, officers[1]) == proposal
    with pytest.raises(Refused, match="接着办理"):
        start(campaign, next_year.replace('"80.00"', '"90.00"', 1), officers[1])
    proposals.drop_proposal(proposal=proposal, actor=officers[1])
    assert start(campaign, next_year.replace('"80.00"', '"90.00"', 1), officers[1]) != proposal
    with pytest.raises(Refused, match="已放弃"):
        proposals.drop_proposal(proposal=proposal, actor=officers[1])


@pytest.mark.django_db(transaction=True)
def test_opened_by_two_people_at_once(campaign, officers, next_year, make_user):
    proposal = start(campaign, next_year, officers[0])
    others = [officers[1], make_user(Role.COUNTY, "411325")]
    seen = proposal.policy.hash
    opened = together(
        *[
            lambda actor=actor: proposals.put_into_force(proposal=proposal, seen=seen, unfinished=WHY, actor=actor)
            for actor in others
        ]
    )
    assert len({campaign.pk for campaign in opened}) == 1
    assert Campaign.objects.filter(year=2026).count() == 1
    assert Event.objects.filter(action="campaign.open", object_id=str(opened[0].pk)).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('county_code = "411325"', 'county_code = "411326"'), "不是内乡县的"),
        (lambda text: text.replace('individual = "400.00"', "individual = 400"), "fee.individual"),
        (lambda text: "没有用的文字", "不是政策文件"),
        (lambda text: load("130628-2026").text, "高阳县"),
    ],
)
def test_files_that_cannot_be_used(campaign, officers, next_year, change, says):
    with pytest.raises(Refused, match=says):
        start(campaign, change(next_year), officers[0])


def test_a_period_that_overlaps_another_year_is_refused(db, business_clock, make_user):
    gaoyang, _ = open_campaign(policy_id="130628-2026")
    text = text_of_next_year(gaoyang.policy)
    early = text.replace("start = 2026-10-20\nend = 2027-02-28", "start = 2026-01-20\nend = 2027-02-28", 1)
    assert early != text
    with pytest.raises(Refused, match="重叠"):
        start(gaoyang, early, make_user(Role.COUNTY, "130628"))


def test_a_closed_year_is_not_changed(campaign, officers):
    Campaign.objects.update(closed_at=campaign.opened_at)
    with pytest.raises(Refused, match="已办结"):
        start(campaign, campaign.policy.text, officers[0])


def test_an_amount_not_set_is_filled_in_with_its_document(db, business_clock, make_user):
    business_clock("2025-11-20T10:00")
    qinshui, _ = open_campaign(policy_id="140521-2026")
    first, second = (make_user(Role.COUNTY, "140521") for _ in range(2))
    proposal = start(qinshui, qinshui.policy.text, first, name="落实优抚对象资助")
    facts = {"way": "percent", "value": Decimal(50), "fund": "县财政", "document": "沁退役〔2025〕3号"}
    paper = SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")
    proposals.change_category(proposal=proposal, category="在乡重点优抚对象", file=paper, actor=first, **facts)
    event = Event.objects.get(action="policy.change")
    assert event.after["file"] and "沁退役〔2025〕3号" in event.summary
    proposal.refresh_from_db()
    before = qinshui.policy_version_id
    proposals.put_into_force(proposal=proposal, seen=proposal.policy.hash, actor=second)
    qinshui.refresh_from_db()
    assert qinshui.policy_version_id != before
    assert str(qinshui.policy.category("在乡重点优抚对象").subsidy) == "200.00"
    assert qinshui.policy.category("重度残疾人").subsidy is None


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"category": "没有的"}, "没有“没有的”"),
        ({"value": None}, "请填写金额"),
        ({"fund": " "}, "资金来源"),
        ({"document": ""}, "依据的文件"),
        ({"value": Decimal("500")}, "不能这样改"),
    ],
)
def test_changes_that_are_refused(campaign, officers, facts, says):
    proposal = start(campaign, campaign.policy.text, officers[0])
    asked = {"category": "低保对象", "way": "amount", "value": Decimal(90), "fund": "县财政", "document": PAPER}
    with pytest.raises(Refused, match=says):
        proposals.change_category(proposal=proposal, file=None, actor=officers[0], **{**asked, **facts})


def test_a_year_is_prepared_and_opened_on_pages(campaign, officers, next_year, client):
    first, second = officers
    client.force_login(first)
    page = client.get(reverse("campaign_list")).content.decode()
    assert "2025年度" in page and "准备新年度" in page
    wrong = client.post(reverse("campaign_list"), {"name": "开征"})
    assert wrong.status_code == 400 and "二者取一" in wrong.content.decode()
    bad = SimpleUploadedFile("x.toml", b"\xff\xfe")
    assert "UTF-8" in client.post(reverse("campaign_list"), {"name": "开征", "file": bad}).content.decode()
    file = SimpleUploadedFile("随便叫什么.toml", next_year.encode())
    address = client.post(reverse("campaign_list"), {"name": "2026年度开征", "file": file}).url
    proposal = PolicyProposal.objects.get()
    asked = {"category": "低保对象", "way": "amount", "value": "90", "fund": "医疗救助资金", "document": PAPER}
    client.post(reverse("proposal_category", args=[proposal.pk]), asked)
    page = client.get(address).content.decode()
    assert "准备或修改过的人不能自己启用" in page and "不同" in page and "90.00 元" in page and "80.00 元" in page
    client.force_login(second)
    page = client.get(address).content.decode()
    proposal.refresh_from_db()
    assert proposal.policy.hash in page
    cost = client.get(reverse("proposal_cost", args=[proposal.pk]))
    assert cost.status_code == 200 and "按资金" in cost.content.decode()
    client.post(reverse("proposal_apply", args=[proposal.pk]), {"version": proposal.policy.hash, "unfinished": WHY})
    assert Campaign.objects.get(year=2026).policy.category("低保对象").subsidy == Decimal("90.00")
    page = client.get(reverse("campaign_list")).content.decode()
    assert "2026年度" in page and "已启用" in page


def test_a_running_policy_is_amended_on_pages(campaign, officers, client):
    client.force_login(officers[0])
    address = client.post(reverse("campaign_amend", args=[campaign.pk]), {"name": "测算 90 元"}).url
    proposal = PolicyProposal.objects.get()
    assert address == reverse("proposal", args=[proposal.pk]) and proposal.year == 2025
    client.post(reverse("proposal_standard", args=[proposal.pk]), {"amount": "390", "document": "测算"})
    proposal.refresh_from_db()
    assert str(proposal.policy.standard) == "390.00"
    client.post(reverse("proposal_drop", args=[proposal.pk]))
    assert "已放弃" in client.get(address).content.decode()
    assert str(Campaign.objects.get().policy.standard) == "400.00"


def test_other_roles_and_counties_do_not_open_years(campaign, officers, next_year, client, make_user):
    proposal = start(campaign, next_year, officers[0])
    client.force_login(make_user(Role.TAX, "411325"))
    assert client.get(reverse("campaign_list")).status_code == 403
    Region.objects.create(code="411326", name="邻县", level="county")
    client.force_login(make_user(Role.COUNTY, "411326"))
    for name in ("proposal", "proposal_cost"):
        assert client.get(reverse(name, args=[proposal.pk])).status_code == 404
