"""屯留区 by clicks: no deposit limit, its own offices, from a ledger to the close that two offices have signed."""

import re

import pytest

from collection.money.models import VillageAccount
from core.access.roles import Role
from reporting.rankings.snapshots import build_snapshot
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_campaign import figure, slip
from tests.collection.ledgers.ledger_files import xlsx
from tests.test_four_counties import County, work

#: What the browser shows does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
NEEDS_CONFIRMED = re.compile("确认 2 人记账")


@pytest.fixture
def district(transactional_db, business_clock, make_user, silent_queue):
    return County("140405-2026", business_clock, make_user)


def test_a_district_from_the_ledger_to_the_close(district, visit, make_user):
    helper = visit(district.helper, PHONE)
    collect(district, helper)
    watch_the_cash(district, helper, visit(make_user(Role.LEADER, district.code), PHONE))
    taxman = visit(district.taxman, DESK)
    reach_the_treasury(district, helper, taxman, visit)
    publish_and_close(district, taxman, visit(district.officer, DESK))


def collect(district, helper):
    """Upload a ledger of two people and confirm it."""
    helper.get_by_role("link", name="上传台账").first.click()
    rows = [district.row(number) for number in (0, 1)]
    helper.set_input_files("input[type=file]", {"name": "台账.xlsx", "mimeType": "", "buffer": xlsx(rows)})
    helper.get_by_role("button", name="上传并核对").click()
    helper.wait_for_url("**/ledgers/*/**")
    work()
    helper.get_by_role("button", name=NEEDS_CONFIRMED).click()
    helper.get_by_role("button", name=NEEDS_CONFIRMED).wait_for(state="detached")
    work()


def watch_the_cash(district, helper, leader):
    """Without a limit: what is in hand, since when and with whom."""
    district.move("2025-11-13T10:00")
    helper.goto("/")
    assert figure(helper, "手中现金") == "800.00 元"
    leader.goto("/cash/")
    board = leader.locator("main").inner_text()
    assert all(word in board for word in ("没有规定缴存期限", "800.00", "张协办", "3")), board


def reach_the_treasury(district, helper, taxman, visit):
    """Bank, verify, declare, confirm, remit, post."""
    helper.goto("/")
    helper.get_by_role("link", name="登记缴存").first.click()
    helper.set_input_files("[name=photo]", slip())
    for name, value in {"slip_no": "HD20251113001", "paid_on": "2025-11-13", "amount": "800"}.items():
        helper.fill(f"[name={name}]", value)
    helper.get_by_role("button", name="登记缴存").click()
    helper.get_by_text("HD20251113001").first.wait_for()

    clerk, colleague = visit(district.clerk, DESK), visit(district.colleague, DESK)
    clerk.goto("/deposits/")
    clerk.get_by_role("link", name="HD20251113001").click()
    clerk.get_by_role("button", name="核对无误，确认到账").click()
    clerk.goto("/declarations/new/")
    clerk.get_by_role("button", name="生成申报表").click()
    clerk.get_by_text("一致", exact=True).first.wait_for()
    colleague.goto(clerk.url)
    colleague.get_by_role("button", name="报送区税务局").click()
    colleague.get_by_role("button", name="报送区税务局").wait_for(state="detached")
    work()

    taxman.goto(clerk.url)
    taxman.check("[name=rest-ok][value='1']")
    taxman.get_by_role("button", name="其余都按这个结果").click()
    taxman.get_by_role("button", name="登记确认单").wait_for()
    for name, value in {"number": "QR1", "people": "2", "amount": "800"}.items():
        taxman.fill(f"[name={name}]", value)
    taxman.get_by_role("button", name="登记确认单").click()
    taxman.get_by_text("QR1").first.wait_for()
    clerk.reload()
    for name, value in {"slip_no": "HK20251113", "on": "2025-11-13", "amount": "800"}.items():
        clerk.fill(f"[name={name}]", value)
    clerk.set_input_files("[name=photo]", slip())
    clerk.get_by_role("button", name="登记汇款").click()
    clerk.get_by_text("HK20251113").first.wait_for()
    taxman.reload()
    taxman.fill("[name=ticket_no]", "SP20251113")
    taxman.get_by_role("button", name="开票入库").click()
    taxman.get_by_text("SP20251113").first.wait_for()
    account = VillageAccount.objects.get(campaign=district.campaign, village=district.village)
    assert (account.in_hand, account.treasury) == (0, 800)


def publish_and_close(district, taxman, officer):
    """The final bulletin is edited, signed by two offices and published; then the year is closed."""
    final = build_snapshot(campaign=district.campaign, kind="final", as_of=district.end_the_period()["final"])
    address = f"/snapshots/{final.pk}/"
    officer.goto(address)
    text = officer.locator("main").inner_text()
    assert "全区已入库2人" in text and "全县" not in text
    officer.get_by_text("修改通报的文字和名单").click()
    officer.fill("[name=paragraphs]", "全县各村情况相近，特此通报。")
    officer.fill("[name=reason]", "领导审定")
    officer.get_by_role("button", name="保存修改").click()
    for page in (taxman, officer):
        page.goto(address)
        page.get_by_role("button", name="签认 2 人").click()
        page.get_by_role("button", name="签认 2 人").wait_for(state="detached")
    officer.get_by_role("button", name="发布").click()
    officer.wait_for_url("**/rankings/**")
    officer.goto("/close/")
    officer.fill("[name=reason_notices]", "随后张榜")
    officer.check("[name=sure]")
    officer.get_by_role("button", name="办结并冻结").click()
    officer.get_by_text("办结报告").first.wait_for()
