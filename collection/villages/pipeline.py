"""The way of the money on the first page: 收 → 缴存 → 申报 → 入库, with how much and how old; and whose turn it is.

Read from the few rows that keep where money stands (accounts, positions, slips, declarations), never from people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, Sum
from django.urls import resolve, reverse
from django.utils import timezone

from collection.cash.holdings import holdings
from collection.cash.models import Deposit
from collection.declarations.models import Declaration
from collection.duties import services as duties
from collection.money.models import VillageAccount
from collection.refunds.models import Refund
from config import clock
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.amounts import ZERO
from core.database.money import YuanSum
from subsidies.campaigns.models import Campaign

State = Declaration.State
#: The states of a declaration between the township and the treasury: what is waited for, at whose desk, since when.
_TURNS = {
    State.SUBMITTED: ("待税务反馈", "税务局", "submitted_at"),
    State.FED_BACK: ("待开确认单", "税务局", "submitted_at"),
    State.CONFIRMED: ("待汇款", "", "confirmed_at"),
    State.REMITTED: ("待入库", "税务局", "remitted_at"),
}
#: After how many days at one desk the line is marked. A reminder of the product, no term of a notice.
SLOW_AFTER = 3


@dataclass(frozen=True)
class PipelineStep:
    """One place on the way: yuan that stand there, what they are made of, and since when the oldest."""

    label: str
    amount: Decimal
    says: str
    since: date | None
    #: "" where the reader has no page of it.
    url: str
    kind: str = ""

    @property
    def days(self) -> int:
        return (clock.today() - self.since).days if self.since else 0


@dataclass(frozen=True)
class Wait:
    """What somebody else has to do: what, at whose desk, since when; `url` "" where the reader has no page of it."""

    what: str
    desk: str
    since: date
    url: str

    @property
    def days(self) -> int:
        return (clock.today() - self.since).days

    @property
    def is_slow(self) -> bool:
        return self.days > SLOW_AFTER


def pipeline(*, user: User, campaign: Campaign) -> list[PipelineStep]:
    """Where the region's money stands, from the villages' hands to the treasury."""
    accounts = VillageAccount.objects.for_user(user).filter(campaign=campaign)
    sums = accounts.aggregate(
        in_hand=YuanSum("in_hand"),
        township=YuanSum("township"),
        clearing=YuanSum("clearing"),
        treasury=YuanSum("treasury"),
    )
    sums = {place: amount or ZERO for place, amount in sums.items()}
    pending = _slips(user, campaign).aggregate(count=Count("pk"), since=Min("paid_on"))
    busy = Declaration.objects.for_user(user).filter(campaign=campaign, state__in=_TURNS)
    sent = busy.aggregate(count=Count("pk"), people=Sum("people"), since=Min("submitted_at"))
    return [
        _in_hand(user, campaign, sums["in_hand"]),
        PipelineStep(
            "缴存（乡镇账户）",
            sums["township"],
            f"{pending['count']} 张回单待核验",
            pending["since"],
            _page(user, "deposit_list"),
        ),
        PipelineStep(
            "申报（待报解专户和在途）",
            sums["clearing"],
            f"{sent['count']} 批在途，{sent['people'] or 0:,} 人",
            _day(sent["since"]) if sent["since"] else None,
            _page(user, "declaration_list"),
        ),
        PipelineStep("入库（国库）", sums["treasury"], "已入库金额", None, _page(user, "money_places"), "ok"),
    ]


def _in_hand(user: User, campaign: Campaign, amount: Decimal) -> PipelineStep:
    """What villages hold: since when it is late, or where the notice sets no limit, since when it is held."""
    label, url = "收（村级手中）", _page(user, "cash_board")
    if duties.limit_of(campaign) is None:
        held = holdings(campaign=campaign, region=user.scope_prefix, as_of=clock.today())
        return PipelineStep(label, amount, f"{len(held)} 个村", held[0].since if held else None, url)
    lines = duties.todays_board(campaign=campaign, region=user.scope_prefix)
    board = [line for line in lines if line.standing.in_hand > 0]
    late = [line for line in board if line.standing.late]
    due = [line.standing.due for line in board if line.standing.due]
    return PipelineStep(
        label,
        amount,
        f"{len(board)} 个村" + (f"，{len(late)} 个村逾期" if late else ""),
        min((line.standing.late_since for line in late if line.standing.late_since), default=None),
        url,
        "bad" if late else "warn" if due and min(due) <= clock.today() else "",
    )


def waiting(*, user: User, campaign: Campaign) -> list[Wait]:
    """What others have to do for this user's region, the longest wait first; what is the user's own turn stands among
    the to-dos."""
    found = [
        *_cash_waiting(user, campaign),
        *_slips_waiting(user, campaign),
        *_declarations_waiting(user, campaign),
        *_refunds_waiting(user, campaign),
    ]
    return sorted(found, key=lambda wait: (wait.since, wait.desk, wait.what))


def _slips(user: User, campaign: Campaign) -> ScopedQuerySet:
    rows: ScopedQuerySet = Deposit.objects.for_user(user).filter(campaign=campaign, state=Deposit.State.PENDING)
    return rows


def _cash_waiting(user: User, campaign: Campaign) -> Iterator[Wait]:
    """Cash that is late, by township: for leaders, who have no to-do of it."""
    if user.role != Role.LEADER:
        return
    late: dict[str, list[duties.VillageStanding]] = {}
    for line in duties.todays_board(campaign=campaign, region=user.scope_prefix):
        if line.standing.late and line.village.parent:
            late.setdefault(line.village.parent.name, []).append(line)
    for township, lines in late.items():
        amount = sum((line.standing.late for line in lines), ZERO)
        since = min((line.standing.late_since for line in lines if line.standing.late_since), default=clock.today())
        what = f"{len(lines)} 个村现金逾期未缴存，共 {amount:,.2f} 元"
        yield Wait(what, f"{township}各村", since, _page(user, "cash_board"))


def _slips_waiting(user: User, campaign: Campaign) -> Iterator[Wait]:
    rows = _slips(user, campaign).order_by()
    if user.role == Role.TOWNSHIP:
        rows = rows.filter(recorded_by=user)  # those of others are this township's own turn
    elif user.role == Role.TAX:
        return
    by_township = rows.values("village__parent__name").annotate(count=Count("pk"), since=Min("recorded_at"))
    for row in by_township:
        what = f"{row['count']} 张缴存回单待核验"
        yield Wait(what, f"{row['village__parent__name']}征缴专班", _day(row["since"]), _page(user, "deposit_list"))


def _declarations_waiting(user: User, campaign: Campaign) -> Iterator[Wait]:
    if user.role == Role.VILLAGE:
        return
    rows = Declaration.objects.for_user(user).filter(campaign=campaign, state__in=_TURNS)
    for declaration in rows.select_related("township").order_by("pk")[:50]:
        what, desk, since = _TURNS[State(declaration.state)]
        if (Role.TAX if desk else Role.TOWNSHIP) == user.role:
            continue
        desk = user.county_word + desk if desk else f"{declaration.township.name}征缴专班"
        url = _page(user, "declaration_detail", declaration.pk)
        yield Wait(f"{declaration}{what}", desk, _day(getattr(declaration, since)), url)


def _refunds_waiting(user: User, campaign: Campaign) -> Iterator[Wait]:
    turns = {
        Refund.State.REQUESTED: ("税务初审", f"{user.county_word}税务局", Role.TAX),
        Refund.State.FIRST_PASSED: ("医保复核", f"{user.county_word}医保局", Role.COUNTY),
    }
    if user.role == Role.VILLAGE:
        return
    rows = Refund.objects.for_user(user).filter(campaign=campaign, state__in=turns).order_by()
    for row in rows.values("state").annotate(count=Count("pk"), since=Min("requested_at")):
        what, desk, role = turns[Refund.State(row["state"])]
        if role != user.role:
            url = _page(user, "refund_list")
            yield Wait(
                f"{row['count']} 笔退费待{what}", desk, _day(row["since"]), url and f"{url}?state={row['state']}"
            )


def _page(user: User, name: str, *args: object) -> str:
    """The address of a page; "" where this role may not open it."""
    address = reverse(name, args=args)
    return address if user.role in resolve(address).func.roles else ""  # type: ignore[attr-defined]  # set by @roles


def _day(moment: datetime | None) -> date:
    return timezone.localtime(moment).date() if moment else clock.today()
