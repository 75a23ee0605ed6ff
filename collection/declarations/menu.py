"""What declarations, refunds and notices ask of each role: the menu lines and what is to be done today."""

from django.urls import reverse

from collection.declarations import drafts
from collection.declarations.correction_views import failures
from collection.declarations.models import Declaration
from collection.declarations.three_way_check import check_declaration
from collection.declarations.wording import is_turn_of, next_step
from collection.notices.models import PublicNotice
from collection.refunds.models import Refund
from collection.self_payments.models import SelfPayment
from collection.self_payments.services import WORKLIST
from config import clock
from core.access.roles import Role
from core.pages.frame import Entry, Todo

ENTRIES = [
    Entry("申报表", "declaration_list", 60),
    Entry("导入失败改正", "failure_list", 61),
    Entry("自主缴费", "self_payment_list", 62),
    Entry("已收未入库", "stuck_people", 63),
    Entry("缴费公示", "notice_list", 71),
    Entry("退费", "refund_list", 70),
    Entry("征缴办结", "campaign_close", 95),
]


def declaration_todos(user, campaign) -> list[Todo]:
    """Whose turn it is on declarations, failures past their day, payments and refunds that wait, notices that end."""
    if not campaign.is_open:
        return []
    asked = {
        Role.TOWNSHIP: (_declarations, _undeclared, _failures, _notices),
        Role.VILLAGE: (_failures, _notices),
        Role.TAX: (_declarations, _self_payments, _refunds),
        Role.COUNTY: (_differences, _refunds),
    }
    return [todo for ask in asked.get(user.role, ()) for todo in ask(user, campaign)]


def _declarations(user, campaign):
    rows = Declaration.objects.for_user(user).filter(campaign=campaign).select_related("township", "campaign")
    busy = rows.order_by("pk").exclude(state__in=["posted", "returned", "cancelled"])
    if user.role == Role.TAX:
        busy = busy.exclude(state="draft")
    for declaration in busy[:20]:
        if is_turn_of(declaration, user.role):
            says = f"{declaration}：{next_step(declaration, user.role)}"
            url = reverse("declaration_detail", args=[declaration.pk])
            # 方案 四（一）3（2）: posted on the day the slip is checked.
            yield Todo(says, url, declaration.state == Declaration.State.REMITTED)


def _undeclared(user, campaign):
    if Declaration.objects.for_user(user).filter(campaign=campaign, state="draft").exists():
        return
    left = drafts.free_money(campaign=campaign, region=user.scope_prefix)
    if free := sum(amount for amount in left.values() if amount > 0):
        yield Todo(f"有 {free:,.2f} 元已缴存还没有申报", reverse("declaration_create"))


def _failures(user, campaign):
    open_rows = failures(user, campaign).filter(fixed_at__isnull=True)
    if count := open_rows.count():
        late = open_rows.filter(fix_by__lt=clock.today()).count()
        says = f"{count} 人导入失败等改正" + (f"，其中 {late} 人已超过期限" if late else "")
        yield Todo(says, reverse("failure_list"), bool(late))


def _notices(user, campaign):
    over = PublicNotice.objects.for_user(user).filter(
        campaign=campaign, state=PublicNotice.State.POSTED, ends_on__lt=clock.today()
    )
    if count := over.count():
        yield Todo(f"{count} 个村的公示已经满期，请核对照片和异议后结束", reverse("notice_list"))


def _self_payments(user, campaign):
    rows = SelfPayment.objects.for_user(user).filter(campaign=campaign, outcome__in=WORKLIST, settled_at__isnull=True)
    if count := rows.count():
        yield Todo(f"{count} 笔自主缴费对不上人或金额，等核实", reverse("self_payment_list"))


def _refunds(user, campaign):
    state = Refund.State.REQUESTED if user.role == Role.TAX else Refund.State.FIRST_PASSED
    if count := Refund.objects.for_user(user).filter(campaign=campaign, state=state).count():
        step = "初审" if user.role == Role.TAX else "复核"
        yield Todo(f"{count} 笔退费等{step}", f"{reverse('refund_list')}?state={state}")


def _differences(user, campaign):
    """Drafts whose three sums are not one wait for a county officer."""
    drafted = Declaration.objects.for_user(user).filter(campaign=campaign, state="draft", difference_by__isnull=True)
    for declaration in drafted.select_related("township").order_by("pk")[:10]:
        if any(line.differs for line in check_declaration(declaration=declaration)):
            says = f"{declaration}三方核对有差异，请督促查清或写明原因放行"
            yield Todo(says, reverse("declaration_detail", args=[declaration.pk]))
