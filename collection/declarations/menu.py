"""Declarations in the menu and on the first page."""

from collections.abc import Callable, Iterator

from django.db.models import Count, Q
from django.urls import reverse

from collection.declarations import drafts
from collection.declarations.models import Declaration
from collection.declarations.selectors import failures
from collection.declarations.three_way_check import check_drafts
from collection.declarations.wording import is_turn_of, next_step
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Todo
from subsidies.campaigns.models import Campaign

ENTRIES = [
    Entry("申报表", "declaration_list", 60, admin_list="collection.Declaration"),
    Entry("导入失败改正", "failure_list", 61),
    Entry("已收未入库", "stuck_people", 63),
]


def todos(user: User, campaign: Campaign) -> list[Todo]:
    """Whose turn it is on declarations, failures past their day, differences to be decided."""
    asked: dict[str, tuple[Callable[[User, Campaign], Iterator[Todo]], ...]] = {
        Role.TOWNSHIP: (_declarations, _undeclared, _failures),
        Role.VILLAGE: (_failures,),
        Role.TAX: (_declarations,),
        Role.COUNTY: (_differences,),
    }
    return [todo for ask in asked.get(user.role, ()) for todo in ask(user, campaign)]


def _declarations(user: User, campaign: Campaign) -> Iterator[Todo]:
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


def _undeclared(user: User, campaign: Campaign) -> Iterator[Todo]:
    if Declaration.objects.for_user(user).filter(campaign=campaign, state="draft").exists():
        return
    left = drafts.free_money(campaign=campaign, region=user.scope_prefix)
    if free := sum(amount for amount in left.values() if amount > 0):
        yield Todo(f"有 {free:,.2f} 元已缴存还没有申报", reverse("declaration_create"))


def _failures(user: User, campaign: Campaign) -> Iterator[Todo]:
    open_rows = failures(user, campaign).filter(fixed_at__isnull=True).order_by()
    found = open_rows.aggregate(count=Count("pk"), late=Count("pk", filter=Q(fix_by__lt=clock.today())))
    if found["count"]:
        says = f"{found['count']} 人导入失败待改正"
        says += f"，其中 {found['late']} 人已超过期限" if found["late"] else ""
        yield Todo(says, reverse("failure_list"), bool(found["late"]))


def _differences(user: User, campaign: Campaign) -> Iterator[Todo]:
    """Drafts whose three sums are not one wait for a county officer."""
    drafted = Declaration.objects.for_user(user).filter(campaign=campaign, state="draft", difference_by__isnull=True)
    waiting = list(drafted.select_related("township").order_by("pk")[:10])
    lines = check_drafts(campaign=campaign, drafts=waiting)
    for declaration in waiting:
        if any(line.differs for line in lines[declaration.pk]):
            says = f"{declaration}三方核对有差异，请督促查清或写明原因放行"
            yield Todo(says, reverse("declaration_detail", args=[declaration.pk]))
