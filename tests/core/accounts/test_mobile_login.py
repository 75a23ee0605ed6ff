"""The mobile number as account: where it is one person's alone; and the slip that opens the login with it."""

import re

import pytest
from django.urls import reverse

from core.accounts.models import User
from core.accounts.selectors import account_of, login_names
from tests.factories import PASSWORD

VILLAGE, MOBILE = "411325101200", "13900001111"
pytestmark = pytest.mark.django_db


def log_in(client, name, password=PASSWORD):
    return client.post(reverse("login"), {"username": name, "password": password})


def test_a_helper_logs_in_by_mobile_number(client, campaign, make_user):
    user = make_user("village", VILLAGE, phone=MOBILE)
    assert log_in(client, MOBILE, "wrong-Pass-1234").status_code == 400
    assert log_in(client, f" {MOBILE} ").status_code == 302
    assert client.get("/").context["user"] == user


SHARED = {
    "by an office too": {"role": "township", "region": VILLAGE[:9]},
    "by another helper": {"role": "village", "region": "411325101201"},
}


@pytest.mark.parametrize("case", SHARED)
def test_a_number_that_two_have_opens_neither(client, campaign, make_user, case):
    user = make_user("village", VILLAGE, phone=MOBILE)
    make_user(SHARED[case]["role"], SHARED[case]["region"], phone=MOBILE)
    assert log_in(client, MOBILE).status_code == 400
    assert login_names([user]) == {user.pk: user.username}
    assert log_in(client, user.username).status_code == 302


def test_who_has_left_does_not_keep_the_number(campaign, make_user):
    make_user("village", VILLAGE, phone=MOBILE, is_active=False)
    user = make_user("village", VILLAGE, phone=MOBILE)
    assert account_of(MOBILE) == user.username and login_names([user]) == {user.pk: MOBILE}


def test_what_is_no_mobile_number_is_the_account_s_name(campaign, make_user):
    make_user("village", VILLAGE, phone="0377-6531111")
    for typed in ("0377-6531111", "yibao", "1390000111", "139000011112", "１３９００００１１１１"):
        assert account_of(typed) == typed


def test_the_slip_carries_a_code_that_opens_the_login_with_the_account(client, campaign, make_user, monkeypatch):
    made = []
    original = __import__("segno").make
    monkeypatch.setattr("segno.make", lambda text, **more: made.append(text) or original(text, **more))
    user = make_user("village", VILLAGE, phone=MOBILE)
    client.force_login(make_user("system", "411325"))
    page = client.post(reverse("account_reset", args=[user.pk])).content.decode()
    assert made == [f"http://testserver/login/#{MOBILE}"]
    assert "（师家湾村" in page and "村民委员会" not in page
    assert page.count("<svg") == 1 and "style=" not in page and MOBILE in page
    password = re.search(r"<code>([a-z]{9}\d{6})</code>", page).group(1)
    assert log_in(client, MOBILE, password).status_code == 302
    assert User.objects.get(pk=user.pk).must_change_password
