"""Moves between counties: asked by the one, answered by the other; who asks learns nothing but the answer."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.access.roles import Role
from core.pages.frame import todos_for
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import Resident
from residents.transfers import services
from residents.transfers.models import MoveRequest
from subsidies.campaigns.services import open_campaign

HOME = "411325101200"


@pytest.fixture
def world(campaign, make_user, make_resident):
    """内乡 holds 王小明, who has moved to 西峡."""

    class World:
        person = make_resident(HOME, name="王小明")
        holder = make_user(Role.COUNTY, "411325")
        there = open_campaign(policy_id="411323-2026")[0]
        village = Region.objects.filter(code__startswith="411323", level="village").first()
        clerk = make_user(Role.TOWNSHIP, village.parent_id)
        bureau = make_user(Role.COUNTY, "411323")

        def ask(self, **changes):
            facts = {"name": "王小明", "id_number": self.person.id_number, "village": self.village, "file": None}
            return services.ask_to_move(actor=self.clerk, **{**facts, "reason": "婚迁，户口已迁入", **changes})

        def answer(self, request, agree=True, actor=None):
            services.answer_request(
                request=request, agree=agree, answer="已核对", moved_on=None, actor=actor or self.holder
            )

    return World()


def test_asked_agreed_and_taken_in(world):
    request = world.ask()
    assert world.ask() == request and request.from_county_id == "411325"
    with pytest.raises(Refused, match="还没有同意"):
        services.take_in(request=request, household="", actor=world.clerk)
    world.answer(request)
    world.person.refresh_from_db()
    assert world.person.status == "moved" and world.person.village_id == HOME
    assert any("待登记" in todo.text for todo in todos_for(world.clerk))
    for _ in range(2):
        services.take_in(request=request, household="0001", actor=world.clerk)
    world.person.refresh_from_db()
    assert (world.person.status, world.person.village) == ("active", world.village)
    assert Resident.objects.count() == 1
    with pytest.raises(Refused, match="不能再办"):
        world.answer(request)


def test_refused_with_a_reason_changes_nothing(world):
    request = world.ask()
    world.answer(request, agree=False)
    request.refresh_from_db()
    world.person.refresh_from_db()
    assert (request.state, request.answer, world.person.status) == ("refused", "已核对", "active")
    assert world.ask() != request


@pytest.mark.parametrize("changes", [{"name": "王大明"}, {"id_number": "11010519491231002X"}])
def test_a_request_about_nobody_waits_like_any_other(world, changes):
    request = world.ask(**changes)
    assert (request.state, request.resident, request.from_county) == ("waiting", None, None)
    with pytest.raises(Refused, match="由原登记县的医保局答复"):
        world.answer(request)
    services.withdraw_request(request=request, actor=world.clerk)


def test_only_the_county_that_holds_the_person_answers(world, make_user):
    request = world.ask()
    for actor in (world.bureau, world.clerk, make_user(Role.TOWNSHIP, HOME[:9])):
        with pytest.raises(Refused, match="由原登记县的医保局答复"):
            world.answer(request, actor=actor)


def test_what_makes_no_sense_is_refused(world, campaign):
    here = Region.objects.get(pk=HOME)
    with pytest.raises(Refused, match="只能为迁入本地的人"):
        world.ask(village=here)
    with pytest.raises(Refused):
        world.ask(id_number="123")
    with pytest.raises(Refused, match="已在本县登记"):
        services.ask_to_move(
            name="王小明", id_number=world.person.id_number, village=here, reason="x", file=None, actor=world.holder
        )


def test_the_dead_do_not_move(world):
    request = world.ask()
    Resident.objects.filter(pk=world.person.pk).update(status="dead")
    with pytest.raises(Refused, match="在册状态是“死亡”"):
        world.answer(request)


def test_on_pages(world, client):
    client.force_login(world.clerk)
    asked = {"name": "王小明", "id_number": world.person.id_number, "village": world.village.pk, "reason": "婚迁"}
    paper = SimpleUploadedFile("户口簿.pdf", b"%PDF-1.7 x")
    client.post(reverse("move_requests"), {**asked, "file": paper})
    request = MoveRequest.objects.get()
    page = client.get(reverse("move_requests")).content.decode()
    assert "待对方答复" in page and "内乡" not in page and world.person.id_number not in page
    assert client.post(reverse("move_request_answer", args=[request.pk])).status_code == 403
    client.force_login(world.holder)
    page = client.get(reverse("move_requests")).content.decode()
    assert "婚迁" in page and "西峡县" in page
    assert client.get(reverse("attachment", args=[request.evidence_id])).status_code == 200
    client.post(reverse("move_request_answer", args=[request.pk]), {"decision": "agree", "answer": "同意"})
    client.force_login(world.clerk)
    client.post(reverse("move_request_finish", args=[request.pk]), {"household": "0007"})
    world.person.refresh_from_db()
    assert world.person.village == world.village and world.person.household.number == "0007"
