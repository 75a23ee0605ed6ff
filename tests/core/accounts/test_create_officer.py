"""The first officer: bound to a county, with a password that meets the rules and must be changed."""

import pytest
from django.core.management import CommandError, call_command

from core.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def password(monkeypatch, campaign):
    monkeypatch.setenv("OFFICER_PASSWORD", "Abcd-9876-x")


def test_an_officer_looks_after_a_county_and_changes_the_password():
    call_command("create_officer", "system", "xitong", "曾海峰", county="411325", verbosity=0)
    user = User.objects.get(username="xitong")
    assert (user.role, user.region_id, user.must_change_password) == ("system", "411325", True)
    assert user.check_password("Abcd-9876-x") and user.scope_prefix == ""


@pytest.mark.parametrize(
    ("county", "given", "says"), [("999999", "Abcd-9876-x", "没有代码"), ("411325", "12345678", "密码")]
)
def test_what_is_refused(monkeypatch, county, given, says):
    monkeypatch.setenv("OFFICER_PASSWORD", given)
    with pytest.raises(CommandError, match=says):
        call_command("create_officer", "audit", "shenji", "董新华", county=county, verbosity=0)
    assert not User.objects.filter(username="shenji").exists()
