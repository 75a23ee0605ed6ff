"""Login, lockout, idle end, first password, logout: what a person meets at the door."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from core.accounts import lockout
from core.audit.models import Event

PASSWORD = "test-Pass-1234"


@pytest.fixture
def helper(campaign, make_user):
    return make_user("village", "411325100001", username="xieban")


def sign_in(client, username="xieban", password=PASSWORD, **extra):
    return client.post(reverse("login"), {"username": username, "password": password}, **extra)


def test_a_login_opens_the_home_page_and_leaves_an_event(client, helper):
    response = sign_in(client)
    assert response.status_code == 302 and response.url == "/"
    page = client.get("/").content.decode()
    assert helper.name in page and "演示时钟" in page and "内乡县" in page
    event = Event.objects.get(action="session.login")
    assert (event.actor_id, event.source) == (helper.pk, "127.0.0.1")


def test_a_wrong_password_is_answered_in_chinese(client, helper):
    assert "账号或密码不对" in sign_in(client, password="wrong").content.decode()


def test_five_wrong_passwords_lock_this_user_from_this_address_only(client, helper, make_user):
    make_user("township", "411325100", username="other")
    for _ in range(4):
        assert sign_in(client, password="wrong").status_code == 400
    response = sign_in(client, password="wrong")
    page = response.content.decode()
    assert response.status_code == 429
    assert "15 分钟" in page and "xieban" in page
    assert sign_in(client).status_code == 429, "the right password is refused too"
    assert sign_in(Client(), REMOTE_ADDR="10.1.1.9").status_code == 302, "another address is free"
    assert sign_in(Client(), username="other").status_code == 302, "another user is free"
    assert Event.objects.filter(action="session.lock", object_id="xieban").count() == 1
    [row] = lockout.locked()
    assert (row["username"], row["ip_address"], row["failures"]) == ("xieban", "127.0.0.1", 5)


@pytest.mark.parametrize(("minutes", "status"), [(14, 429), (16, 302)])
def test_the_lock_ends_after_a_quarter_of_an_hour_and_is_not_prolonged_by_trying(client, helper, minutes, status):
    start = timezone.now()
    with freeze_time(start):
        for _ in range(5):
            sign_in(client, password="wrong")
    with freeze_time(start + timedelta(minutes=10)):
        assert sign_in(client, password="wrong").status_code == 429
    with freeze_time(start + timedelta(minutes=minutes)):
        assert sign_in(client).status_code == status


@pytest.mark.parametrize(("minutes", "is_in"), [(29, True), (31, False)])
def test_half_an_hour_without_a_request_ends_the_session(client, helper, minutes, is_in):
    start = timezone.now()
    with freeze_time(start):
        sign_in(client)
        client.get("/")
    with freeze_time(start + timedelta(minutes=minutes)):
        response = client.get("/password/?a=1")
        if is_in:
            assert response.status_code == 200
        else:
            assert response.url == "/login/?next=/password/%3Fa%3D1"
            assert "超过30分钟没有操作" in client.get(response.url).content.decode()


def test_a_form_sent_without_a_session_is_said_and_leads_to_a_page_that_opens(client, helper):
    response = client.post(reverse("deposit_create", args=[helper.region_id]), {"amount": "1"}, follow=True)
    assert response.redirect_chain == [("/login/?next=/", 302)]
    assert "刚才提交的内容没有保存" in response.content.decode()


def test_a_page_asked_for_without_a_session_opens_after_the_login(client, helper):
    assert client.get("/ledgers/?page=2").url == "/login/?next=/ledgers/%3Fpage%3D2"


def test_work_keeps_the_session(client, helper):
    start = timezone.now()
    for minutes in (0, 20, 40, 60):
        with freeze_time(start + timedelta(minutes=minutes)):
            if not minutes:
                sign_in(client)
            assert client.get("/").status_code == 200


def test_a_first_password_opens_nothing_but_the_page_that_changes_it(client, campaign, make_user):
    user = make_user("county", "411325", must_change_password=True)
    client.force_login(user)
    for url in ("/", "/admin/"):
        assert client.get(url).url == reverse("password_change")
    change = {"old_password": PASSWORD, "new_password1": "bamboo-River-77", "new_password2": "bamboo-River-77"}
    assert client.post(reverse("password_change"), change).status_code == 302
    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password and user.check_password("bamboo-River-77")
    assert Event.objects.filter(action="account.password", actor=user).exists()


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("short1", "至少"),
        ("12345678901", "数字"),
        ("password123", "常见"),
        (PASSWORD, "不能与现在的密码相同"),
    ],
)
def test_password_rules_speak_chinese(client, helper, new, says):
    client.force_login(helper)
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert says in client.post(reverse("password_change"), data).content.decode()
    helper.refresh_from_db()
    assert helper.check_password(PASSWORD)


def test_logout_is_a_post_and_leaves_an_event(client, helper):
    client.force_login(helper)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert client.get("/").status_code == 302
    assert Event.objects.filter(action="session.logout", actor=helper).exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 8.8.8.8", "8.8.8.8"),
        (2, "6.6.6.6, 8.8.8.8", "6.6.6.6"),
        (2, "8.8.8.8", "10.0.0.1"),
    ],
)
def test_the_client_address_is_what_our_own_proxies_saw(rf, settings, proxies, forwarded, seen):
    from core.pages.middleware import client_address

    settings.TRUSTED_PROXIES = proxies
    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="10.0.0.1")) == seen


def test_healthz_asks_for_no_login(client, db):
    assert client.get("/healthz").content == b"ok\n"


def test_no_page_carries_inline_script_or_style(client, helper):
    sign_in(client)
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert " style=" not in response.content.decode() and "<script>" not in response.content.decode()


@pytest.mark.parametrize(("days", "is_in"), [(13, True), (15, False)])
def test_a_first_password_runs_out(client, campaign, make_user, days, is_in):
    make_user(
        "village", "411325100001", username="xieban", must_change_password=True, password_issued_at=timezone.now()
    )
    with freeze_time(timezone.now() + timedelta(days=days)):
        response = sign_in(client)
    assert response.status_code == (302 if is_in else 400)
    assert is_in or "首次密码发放已超过14天" in response.content.decode()


def test_a_password_of_ones_own_does_not_run_out(client, helper):
    with freeze_time(timezone.now() + timedelta(days=400)):
        assert sign_in(client).status_code == 302


def test_a_login_that_fails_leaves_an_event_and_never_what_was_typed(client, helper):
    sign_in(client, password="wrong")
    sign_in(client, username="my-Secret-9")
    events = Event.objects.filter(action="session.failed").order_by("id")
    assert [(event.object_id, event.source) for event in events] == [("xieban", "127.0.0.1"), ("", "127.0.0.1")]
    assert "my-Secret-9" not in str(list(events.values()))


def test_a_flood_of_failed_logins_leaves_a_handful_of_events(client, helper):
    for number in range(12):
        sign_in(client, username=f"nobody{number}", password="wrong")
    assert Event.objects.filter(action="session.failed").count() == 5


@pytest.mark.parametrize(("hours", "is_in"), [(11.9, True), (12.1, False)])
def test_a_session_ends_after_twelve_hours_whatever_was_done(client, helper, hours, is_in):
    start = timezone.now()
    with freeze_time(start) as moment:
        sign_in(client)
        for half in range(1, 25):
            moment.move_to(start + timedelta(minutes=29 * half))
            client.get(reverse("password_change"))
        moment.move_to(start + timedelta(hours=hours))
        response = client.get("/")
        assert (response.status_code == 200) is is_in
        assert is_in or "登录已满12小时" in client.get(response.url).content.decode()


def test_an_office_is_open_on_one_device_and_both_are_told(client, campaign, make_user):
    make_user("county", "411325", username="yibao")
    first, second = client, Client()
    sign_in(first, username="yibao")
    sign_in(second, username="yibao", REMOTE_ADDR="10.1.1.9")
    assert "原来在另一台设备上登录着" in second.get("/").content.decode()
    response = first.get("/ledgers/")
    assert response.url == "/login/?next=/ledgers/"
    assert "10.1.1.9" in first.get(response.url).content.decode()
    assert second.get("/").status_code == 200


def test_a_helper_works_on_two_devices(client, helper):
    other = Client()
    sign_in(client)
    sign_in(other)
    assert client.get("/").status_code == other.get("/").status_code == 200


def test_a_changed_password_leaves_this_device_signed_in(client, campaign, make_user):
    make_user("county", "411325", username="yibao")
    sign_in(client, username="yibao")
    new = {"old_password": PASSWORD, "new_password1": "bamboo-River-77", "new_password2": "bamboo-River-77"}
    client.post(reverse("password_change"), new)
    assert client.get("/").status_code == 200


def test_every_answer_is_kept_by_nobody(client, helper):
    for url in ("/login/", "/", "/nowhere/"):
        assert client.get(url)["Cache-Control"] == "no-store, private"
    sign_in(client)
    assert client.get("/")["Cache-Control"] == "no-store, private"


def test_nobody_sends_much_before_the_login(client, helper):
    large = {"username": "x" * 70_000, "password": "y"}
    assert client.post(reverse("login"), large).status_code == 413
    client.force_login(helper)
    assert client.post(reverse("password_change"), {"old_password": "x" * 70_000}).status_code == 400


def test_beat_clears_expired_sessions(client, helper):
    from django.contrib.sessions.models import Session

    from core.tasks import clear_expired_sessions

    sign_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    clear_expired_sessions()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("referer", "following"),
    [
        ("http://testserver/reports/write/", "/reports/write/"),
        ("http://testserver/residents/?village=411325101200", "/residents/?village=411325101200"),
        ("http://elsewhere.example/reports/write/", "/"),
        ("", "/"),
    ],
    ids=["the form's page", "with its query", "another site", "not told"],
)
def test_after_a_form_without_a_session_the_login_leads_back_to_the_form(client, db, referer, following):
    headers = {"Referer": referer} if referer else {}
    response = client.post("/reports/write/", {"practice": "一"}, headers=headers)
    assert response.status_code == 302
    assert parse_qs(urlsplit(response["Location"]).query).get("next", ["/"]) == [following]
