"""A campaign and the version of its policy: what the file says later changes nothing until it is adopted."""

import pytest
from django.core import checks
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.access.roles import Role
from core.audit.models import Event
from core.refusals import Refused
from subsidies.campaigns import services as campaigns
from subsidies.campaigns.selectors import current
from subsidies.policy import policies
from subsidies.policy.models import PolicyVersion


@pytest.fixture
def changed_file(campaign, tmp_path, monkeypatch):
    """The policy file with 低保 at ¥90; the campaign was opened before."""
    text = campaign.policy.text.replace('amount = "80.00"', 'amount = "90.00"', 1)
    (tmp_path / "411325-2025.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    yield policies.read("411325-2025")
    policies.load.cache_clear()


def test_a_changed_file_does_not_change_a_running_campaign(campaign, changed_file):
    campaign.refresh_from_db()
    assert campaign.policy.hash != changed_file.hash
    assert str(campaign.policy.category("低保对象").subsidy) == "80.00"
    policies.load.cache_clear()
    with pytest.raises(ValueError, match="正在用政策版本"):
        campaigns.open_campaign(policy_id="411325-2025")


def test_check_warns_of_it_and_refuses_a_bad_file(campaign, changed_file, tmp_path):
    found = checks.run_checks(tags=["database"], databases=["default"])
    assert [w.id for w in found if w.id == "subsidies.W001"] == ["subsidies.W001"]
    spoilt = changed_file.text.replace("\ndays = 5", '\ndays = "5"')
    (tmp_path / "411325-2025.toml").write_text(spoilt, encoding="utf-8")
    errors = [e for e in checks.run_checks(tags=["policies"]) if e.id == "subsidies.E001"]
    assert len(errors) == 1
    assert "411325-2025.toml" in errors[0].msg and "deposit_limit.days" in errors[0].msg and "行" in errors[0].msg


def test_adopting_it_keeps_the_old_version(campaign, changed_file, make_user):
    actor = make_user(Role.COUNTY, "411325")
    before = campaign.policy_version_id
    campaigns.adopt_version(campaign=campaign, expected=changed_file.hash, reason="县政府〔2024〕9号", actor=actor)
    campaign.refresh_from_db()
    assert str(campaign.policy.category("低保对象").subsidy) == "90.00"
    assert str(PolicyVersion.objects.get(pk=before).policy.category("低保对象").subsidy) == "80.00"
    event = Event.objects.get(action="policy.adopt")
    assert (event.before, event.after) == ({"policy": before}, {"policy": changed_file.hash})
    again = campaigns.adopt_version(campaign=campaign, expected=changed_file.hash, reason="再点一次", actor=actor)
    assert again.pk == changed_file.hash
    assert Event.objects.filter(action="policy.adopt").count() == 1


def test_it_is_not_adopted_unseen_nor_without_a_reason(campaign, changed_file, make_user):
    actor = make_user(Role.COUNTY, "411325")
    for facts in ({"expected": "0" * 64, "reason": "依据"}, {"expected": changed_file.hash, "reason": " "}):
        with pytest.raises(Refused):
            campaigns.adopt_version(campaign=campaign, actor=actor, **facts)
    campaign.refresh_from_db()
    assert campaign.policy.hash != changed_file.hash


def test_the_page_shows_the_change_to_the_bureau_alone(client, campaign, changed_file, make_user):
    client.force_login(make_user(Role.TOWNSHIP, "411325101"))
    assert "尚未采用" not in client.get(reverse("policy")).content.decode()
    assert client.post(reverse("policy_adopt", args=[campaign.pk])).status_code == 403
    client.force_login(make_user(Role.COUNTY, "411325"))
    page = client.get(reverse("policy")).content.decode()
    assert "尚未采用" in page and "amount = &quot;90.00&quot;" in page
    asked = {"version": changed_file.hash, "reason": "县政府〔2024〕9号"}
    client.post(reverse("policy_adopt", args=[campaign.pk]), asked)
    campaign.refresh_from_db()
    assert campaign.policy_version_id == changed_file.hash


def test_another_county_cannot_adopt(client, campaign, changed_file, make_user):
    from core.regions.models import Region

    Region.objects.create(code="411326", name="邻县", level="county")
    client.force_login(make_user(Role.COUNTY, "411326"))
    address = reverse("policy_adopt", args=[campaign.pk])
    assert client.post(address, {"version": changed_file.hash, "reason": "理由"}).status_code == 404


def test_the_current_campaign(campaign, make_user):
    assert current(make_user(Role.VILLAGE, "411325101200")) == campaign
    assert current(make_user(Role.COUNTY, "411325")) == campaign
    assert current(make_user(Role.AUDIT)) is None


def test_a_version_is_never_changed_nor_deleted(campaign):
    text = campaign.policy.text.replace('amount = "80.00"', 'amount = "70.00"', 1)
    kept = campaigns.keep_version(policies.parse(text, "411325-2025.toml"))
    for change in (lambda rows: rows.update(note="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(PolicyVersion.objects.filter(pk=kept.pk))
