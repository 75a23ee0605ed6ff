"""A sixth county on pages alone: two files, two officers, and then its own people, from upload to a booked ledger."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from collection.contributions.models import Contribution
from core.access.roles import Role
from core.accounts.models import User
from core.regions.models import Region
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.openings.models import NewCounty
from subsidies.openings.steps import all_steps
from subsidies.policy.editing import next_year, parse_any
from tests.collection.ledgers.ledger_files import person, upload
from tests.collection.ledgers.test_ledgers import work
from tests.factories import workbook
from tests.subsidies.policy.sixth_county import TEXT

COUNTY, TOWNSHIP, VILLAGE = "411324", "411324100", "411324100201"
NAMES = {"system": "甲系统", "security": "乙安全", "audit": "丙审计"}
ROWS = [
    ("区划代码", "乡镇", "行政村"),
    (VILLAGE, "城郊镇", "东村"),
    ("411324100202", "城郊镇", "西村"),
    ("411324101201", "北山乡", "北村"),
]


def files(text=TEXT, rows=ROWS):
    return {
        "policy": SimpleUploadedFile("试验县.toml", text.encode()),
        "villages": SimpleUploadedFile("村名单.xlsx", workbook(rows)),
        **NAMES,
    }


@pytest.fixture
def home(campaign, make_user):
    """The officers of the county that is there."""
    return make_user(Role.SYSTEM, "411325"), make_user(Role.SECURITY, "411325")


def log_in(client, name, password):
    """As a person does at the first login: with the slip, then a password of one's own."""
    client.logout()
    client.post(reverse("login"), {"username": name, "password": password})
    own = "Shiyan-2026-x"
    client.post(reverse("password_change"), {"old_password": password, "new_password1": own, "new_password2": own})
    assert not User.objects.get(pk=client.session["_auth_user_id"]).must_change_password


def slips(page):
    """Name → (account, first password), as the page shows them."""
    page = re.sub(r"\s+", " ", page)
    rows = re.findall(r"<dd>(\S+?)（.*?账号</dt><dd><code>(.*?)</code>.*?首次密码</dt><dd><code>(.*?)</code>", page)
    return {name: (account, password) for name, account, password in rows}


def test_from_two_files_to_the_first_booked_ledger(home, client, silent_queue, business_clock):
    system, security = home
    client.force_login(system)
    client.post(reverse("new_counties"), files())
    asked = NewCounty.objects.get()
    client.force_login(security)
    page = client.post(reverse("new_county_decide", args=[asked.pk]), {"decision": "confirm"}).content.decode()
    issued = slips(page)
    assert set(issued) == set(NAMES.values())
    # The new county's own officers make the accounts, two people again.
    log_in(client, *issued["甲系统"])
    people = {}
    for role, region, name in (
        (Role.COUNTY, COUNTY, "丁经办"),
        (Role.COUNTY, COUNTY, "戊经办"),
        (Role.VILLAGE, VILLAGE, "己协办"),
    ):
        facts = {"name": name, "role": role, "region_code": region, "phone": f"1380000{len(people):04d}"}
        people |= slips(client.post(reverse("account_add"), facts).content.decode())
    log_in(client, *issued["乙安全"])
    waiting = list(User.objects.filter(region=COUNTY, role=Role.COUNTY).values_list("changes", flat=True))
    client.post(reverse("account_changes_decide"), {"change": waiting, "decision": "confirm"})
    # The bureau prepares the year, another officer opens it.
    business_clock("2025-10-08T09:00")
    log_in(client, *people["丁经办"])
    proposal = PolicyProposal.objects.get(county=COUNTY)
    for step in ("proposal_tasks_propose", "proposal_duties_propose"):
        client.post(reverse(step, args=[proposal.pk]))
    places = [code for code in Region.objects.in_region(COUNTY).values_list("pk", flat=True) if code != COUNTY]
    client.post(reverse("proposal_staff", args=[proposal.pk]), {"code": places})
    for step in all_steps():
        client.post(reverse("proposal_confirm", args=[proposal.pk]), {"step": step.key})
    log_in(client, *people["戊经办"])
    page = client.get(reverse("proposal", args=[proposal.pk])).content.decode()
    client.post(reverse("proposal_apply", args=[proposal.pk]), {"version": re.search(r"[0-9a-f]{64}", page)[0]})
    opened = Campaign.objects.get(county=COUNTY)
    # And the helper's first ledger is booked.
    log_in(client, *people["己协办"])
    row = person(0, amount=380, paid_on="2025-10-08")
    answer = client.post(reverse("ledger_upload", args=[VILLAGE]), {"file": upload([row])})
    work()
    pk = int(re.search(r"/ledgers/(\d+)/", answer.url)[1])
    assert "确认 1 人记账" in client.get(answer.url).content.decode()
    client.post(reverse("ledger_confirm", args=[pk]))
    work()
    assert str(Contribution.objects.get(campaign=opened).amount) == "380.00"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (lambda: files(text=TEXT.replace('"380.00"', "380")), "fee.individual"),
        (lambda: files(rows=[ROWS[0], ("411325100201", "城郊镇", "东村")]), "不是本县的"),
        (lambda: files(rows=[ROWS[0], ("", "城郊镇", "东村")]), "12位区划代码"),
        (lambda: files(text=TEXT.replace('"411324"', '"411325"')), "不是本县的"),
        (lambda: {**files(), "audit": ""}, "必填"),
    ],
)
def test_files_that_are_not_right_say_so(home, client, changed, says):
    client.force_login(home[0])
    page = client.post(reverse("new_counties"), changed())
    assert page.status_code == 400 and says in page.content.decode()
    assert not NewCounty.objects.exists()


def test_one_asks_another_lets_in_and_once(home, client):
    system, security = home
    client.force_login(system)
    for _ in range(2):
        page = client.post(reverse("new_counties"), files())
    assert "已有接入申请" in page.content.decode()
    asked = NewCounty.objects.get()
    address = reverse("new_county_decide", args=[asked.pk])
    assert client.post(address, {"decision": "confirm"}).status_code == 403
    client.force_login(security)
    assert asked.name in client.get(reverse("home")).content.decode()
    client.post(address, {"decision": "refuse", "reason": "没有上级批准"})
    client.post(address, {"decision": "confirm"})
    asked.refresh_from_db()
    assert asked.state == "refused" and not Region.objects.filter(pk=COUNTY).exists()


def test_open_campaign_does_the_same_from_files(db, business_clock, tmp_path, capsys):
    policy, villages = tmp_path / "a.toml", tmp_path / "b.xlsx"
    policy.write_text(TEXT, encoding="utf-8")
    villages.write_bytes(workbook(ROWS))
    for says in ("已开始", "已经在进行"):
        call_command("open_campaign", str(policy), villages=villages)
        assert says in capsys.readouterr().out
    assert Region.objects.in_region(COUNTY).count() == 6 and Campaign.objects.get().county.name == "试验县"
    following = next_year(parse_any(TEXT)).text.replace(
        "start = 2026-10-01\nend = 2027", "start = 2026-01-15\nend = 2027", 1
    )
    policy.write_text(following, encoding="utf-8")
    with pytest.raises(CommandError, match="重叠"):
        call_command("open_campaign", str(policy), villages=villages)
    with pytest.raises(CommandError, match="没有文件"):
        call_command("open_campaign", "x.toml", villages=villages)
