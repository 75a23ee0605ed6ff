"""Setting tasks: by page and by service, with the history that rankings count by."""

import pytest
from django.urls import reverse

from core.audit.models import Event
from core.refusals import Refused
from reporting.progress.counting import tasks_at
from subsidies.campaigns.models import Target, TargetEntry
from subsidies.campaigns.targets import set_targets
from tests.reporting.conftest import at

A = "411325101"


@pytest.fixture
def officer(client, make_user):
    client.force_login(make_user("county", "411325"))
    return client


def test_the_page_sets_what_stands_below(officer, campaign, villages, business_clock):
    first, second = villages[A][:2]
    url = reverse("targets", args=[A])
    officer.post(url, {"source": "任务分解表", f"people_{first}": "120", f"people_{second}": "0"})
    assert dict(Target.objects.values_list("region_id", "people")) == {first: 120, second: 0}
    business_clock("2024-10-25T11:01")
    shown = {f"initial-people_{first}": "120", f"initial-people_{second}": "0"}
    officer.post(url, {"source": "调整", f"people_{first}": "", f"people_{second}": "0", **shown})
    assert dict(Target.objects.values_list("region_id", "people")) == {second: 0}
    assert tasks_at(campaign, at("2024-10-25 11:00:30"))[first] == 120
    assert tasks_at(campaign, at("2024-10-25 11:02"))[first] is None
    assert Event.objects.filter(action="target.set").count() == 2


def test_the_county_page_shows_what_the_villages_add_up_to(officer, campaign, villages):
    set_targets(campaign=campaign, people=dict.fromkeys(villages[A][:4], 3), source="任务表", actor=None)
    page = officer.get(reverse("targets", args=["411325"])).content.decode()
    assert '<td class="num" data-label="各村任务之和">12</td>' in page


@pytest.mark.parametrize("value", ["-1", "x", "99999999999"])
def test_a_wrong_number_changes_nothing(value, officer, campaign, villages):
    answer = officer.post(reverse("targets", args=[A]), {"source": "任务表", f"people_{villages[A][0]}": value})
    assert "请看标红的栏目" in answer.content.decode()
    assert not Target.objects.exists()


def test_without_a_source_nothing_is_set(officer, campaign, villages):
    officer.post(reverse("targets", args=[A]), {f"people_{villages[A][0]}": "5"})
    assert not TargetEntry.objects.exists()


def test_setting_the_same_again_changes_nothing(campaign, villages):
    tasks = {villages[A][0]: 5}
    assert set_targets(campaign=campaign, people=tasks, source="任务表", actor=None) == 1
    assert set_targets(campaign=campaign, people=tasks, source="任务表", actor=None) == 0
    assert TargetEntry.objects.count() == 1


@pytest.mark.parametrize(("people", "says"), [({"130628100": 5}, "不在内乡县"), ({A: -1}, "不对")])
def test_what_makes_no_sense_is_refused(people, says, campaign):
    with pytest.raises(Refused, match=says):
        set_targets(campaign=campaign, people=people, source="任务表", actor=None)


def test_only_the_county_and_only_its_own(client, campaign, make_user):
    client.force_login(make_user("township", A))
    assert client.get(reverse("targets", args=[A])).status_code == 403
    client.force_login(make_user("county", "411325"))
    assert client.get(reverse("targets", args=["130628"])).status_code == 404


def test_a_page_opened_earlier_leaves_what_a_colleague_has_set_since(officer, campaign, villages):
    first, second = villages[A][:2]
    url = reverse("targets", args=[A])
    page = officer.get(url).content.decode()
    assert f'name="initial-people_{first}"' in page
    set_targets(campaign=campaign, people={first: 120}, source="任务表", actor=None)
    shown = {f"initial-people_{code}": "" for code in (first, second)}
    officer.post(url, {"source": "调整", f"people_{first}": "", f"people_{second}": "80", **shown})
    assert dict(Target.objects.values_list("region_id", "people")) == {first: 120, second: 80}
