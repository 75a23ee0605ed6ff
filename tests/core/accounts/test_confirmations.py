"""No one officer makes or takes over an office's account: two people, and the person is told."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.accounts.confirmations import decide_changes
from core.accounts.models import AccountChange, User
from core.accounts.services import AccountRequest, change_account, create_accounts, reset_password
from core.audit.models import Event
from core.messages.models import OutboxMessage
from core.refusals import Refused
from core.regions.models import Region

OFFICES = [
    ("county", "411325", ""),
    ("tax", "411325", ""),
    ("department", "411325", "民政局"),
    ("leader", "411325", ""),
    ("township", "411325100", ""),
]


@pytest.fixture
def system(campaign, make_user):
    return make_user("system", "411325")


@pytest.fixture
def security(campaign, make_user):
    return make_user("security", "411325", name="安全员")


def log_in(client, user, password):
    client.logout()
    return client.post(reverse("login"), {"username": user.username, "password": password}).status_code == 302


def decide(actor, accept=True, reason=""):
    waiting = AccountChange.objects.filter(state="waiting").values_list("pk", flat=True)
    return decide_changes(pks=list(waiting), accept=accept, reason=reason, actor=actor)


@pytest.mark.parametrize(("role", "code", "department"), OFFICES)
def test_an_office_is_open_only_after_the_security_officer_has_confirmed_it(
    client, system, security, role, code, department
):
    region = Region.objects.get(code=code)
    request = AccountRequest(name="新人", role=role, region=region, department=department, phone="13900000001")
    [issued] = create_accounts(requests=[request], actor=system)
    assert issued.waits and not log_in(client, issued.user, issued.password)
    assert not OutboxMessage.objects.exists()
    assert decide(security) == 1
    assert log_in(client, issued.user, issued.password)
    message = OutboxMessage.objects.get()
    assert (message.to_phone, message.kind) == ("13900000001", "account") and "已开通" in message.text
    assert Event.objects.filter(action="account.confirm", actor=security).count() == 1


def test_a_helper_needs_no_second_person(client, system):
    request = AccountRequest(name="新人", role="village", region=Region.objects.get(code="411325100001"))
    [issued] = create_accounts(requests=[request], actor=system)
    assert not issued.waits and log_in(client, issued.user, issued.password)


@pytest.mark.parametrize(("role", "code", "department"), OFFICES)
def test_a_reset_leaves_an_office_its_password_until_it_is_confirmed(
    client, system, security, make_user, role, code, department
):
    user = make_user(role, code, department=department, phone="13900000002")
    client.force_login(system)
    page = client.post(reverse("account_reset", args=[user.pk])).content.decode()
    password = re.search(r"<code>([a-z]{9}\d{6})</code>", page).group(1)
    assert "安全管理员确认后" in page
    assert not log_in(client, user, password), "the slip opens nothing yet"
    assert log_in(client, user, "test-Pass-1234")
    decide(security)
    assert not log_in(client, user, "test-Pass-1234") and log_in(client, user, password)
    assert "密码已重置" in OutboxMessage.objects.get().text
    assert AccountChange.objects.get().password == "", "the hash stays nowhere else"


def test_a_helper_whose_password_is_reset_is_told(client, system, make_user):
    user = make_user("village", "411325100001", phone="13900000003")
    issued = reset_password(user=user, actor=system)
    assert not issued.waits and log_in(client, user, issued.password)
    assert OutboxMessage.objects.get().to_phone == "13900000003"


@pytest.mark.parametrize(
    ("role", "code", "values", "waits"),
    [
        ("village", "411325100001", {"role": "county", "region": "411325"}, True),
        ("village", "411325100001", {"role": "township", "region": "411325100"}, True),
        ("village", "411325100001", {"region": "411325100002"}, False),
        ("village", "411325100001", {"phone": "13911111111"}, False),
        ("county", "411325", {"phone": "13911111111"}, True),
        ("county", "411325", {"name": "别人"}, True),
        ("township", "411325100", {"region": "411325101"}, True),
        ("county", "411325", {"role": "village", "region": "411325100001"}, True),
        ("county", "411325", {"is_active": False}, False),
        ("county", "411325", {"is_active": False, "phone": "1"}, True),
        ("village", "411325100001", {"is_active": False}, False),
    ],
)
def test_which_changes_wait(system, security, make_user, role, code, values, waits):
    user = make_user(role, code, phone="13900000004")
    asked = {name: Region.objects.get(code=v) if name == "region" else v for name, v in values.items()}
    in_effect = change_account(user=User.objects.get(pk=user.pk), actor=system, **asked)
    assert in_effect is not waits
    stored = {name: getattr(User.objects.get(pk=user.pk), "region_id" if name == "region" else name) for name in values}
    assert (stored == values) is not waits
    if waits:
        decide(security)
        user.refresh_from_db()
        assert {n: getattr(user, "region_id" if n == "region" else n) for n in values} == values
    phones = set(OutboxMessage.objects.values_list("to_phone", flat=True))
    assert "13900000004" in phones, "the phone of before is told, whatever it was changed to"


def test_a_closed_office_is_not_opened_by_one_officer(system, make_user):
    user = make_user("county", "411325", is_active=False)
    assert change_account(user=user, actor=system, is_active=True) is False
    assert not User.objects.get(pk=user.pk).is_active


def test_a_refusal_needs_a_reason_and_changes_nothing(client, system, security, make_user):
    user = make_user("county", "411325")
    issued = reset_password(user=user, actor=system)
    with pytest.raises(Refused, match="原因"):
        decide(security, accept=False)
    assert decide(security, accept=False, reason="本人没有申请") == 1
    assert not log_in(client, user, issued.password) and log_in(client, user, "test-Pass-1234")
    assert not OutboxMessage.objects.exists()
    assert decide(security) == 0, "what is decided is decided"


@pytest.mark.parametrize("role", ["system", "audit", "county"])
def test_only_the_security_officer_of_the_county_decides(system, make_user, role):
    reset_password(user=make_user("county", "411325"), actor=system)
    with pytest.raises(Refused):
        decide(make_user(role, "411325"))
    Region.objects.create(code="411323", name="邻县", level="county")
    assert decide(make_user("security", "411323")) == 0, "another county's"
    assert AccountChange.objects.get().state == "waiting"


def test_the_database_itself_asks_for_two(system, make_user):
    reset_password(user=make_user("county", "411325"), actor=system)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.update(decided_by=system)


def test_a_second_request_takes_the_place_of_the_first(client, system, security, make_user):
    user = make_user("county", "411325")
    first, second = (reset_password(user=user, actor=system) for _ in range(2))
    assert decide(security) == 1
    assert not log_in(client, user, first.password) and log_in(client, user, second.password)


def test_the_page_shows_what_waits_and_decides_what_is_ticked(client, system, security, make_user):
    users = [make_user("county", "411325", name=f"经办{n}") for n in range(3)]
    for user in users:
        reset_password(user=user, actor=system)
    client.force_login(security)
    assert "3 项账号变更待您确认" in client.get("/").content.decode()
    assert "经办1" in client.get(reverse("account_changes")).content.decode()
    picked = [change.pk for change in AccountChange.objects.filter(user__in=users[:2])]
    assert (
        client.post(reverse("account_changes_decide"), {"change": ["9" * 30], "decision": "confirm"}).status_code == 302
    )
    client.post(reverse("account_changes_decide"), {"change": picked, "decision": "confirm"})
    assert AccountChange.objects.filter(state="confirmed").count() == 2
    client.force_login(system)
    assert "待确认" not in client.get(reverse("account_list")).content.decode()
    assert client.post(reverse("account_changes_decide"), {"change": picked}).status_code == 403
