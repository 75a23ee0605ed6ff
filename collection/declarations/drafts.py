"""Drafting a declaration: whose money is banked and not declared yet, whole receipts, oldest first.

A township has one draft at a time, so that nobody stands on two. Set-based: the statements do not grow with the rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce

from collection.contributions.models import Contribution
from collection.declarations.models import Declaration, DeclarationRow
from collection.gifts.selectors import unspent_gifts
from collection.money import services as money
from collection.money.models import VillageAccount
from collection.money.steps import refuse_closed, villages_of
from collection.refunds.models import Refund
from config import clock
from core.access.scope import ScopedQuerySet, successor
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import insert_from
from core.database.money import YuanSum, cents
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text
from subsidies.campaigns.models import Campaign

State, Channel = Contribution.State, Contribution.Channel
Result = DeclarationRow.Result
#: Fees that come whole to the township, which declares them.
TOWNSHIP_CHANNELS = (Channel.CASH, Channel.COLLECTIVE)
#: Who is declared by the township: also whoever has paid the tax bureau all but a gift's part. What the tax bureau took
#: whole, and free enrolment, are not.
DECLARED = Q(channel__in=TOWNSHIP_CHANNELS) | Q(from_gift__gt=0)
#: What the township declares of a fee; the rest, if any, its person has paid the tax bureau.
DECLARED_PART = Case(When(channel__in=TOWNSHIP_CHANNELS, then=F("amount")), default=F("from_gift"))


@transaction.atomic
def draft_declaration(
    *, campaign: Campaign, township: Region, actor: User, villages: list[str] | None = None
) -> Declaration:
    """The township's draft, made now or by whoever pressed first. `villages`: codes, all if not given.

    Raises Refused if there is nothing to declare or the campaign is closed.
    """
    codes = villages_of(township.code)
    accounts = money.lock_accounts(campaign=campaign, villages=codes)
    refuse_closed(campaign)
    rows = Declaration.objects.filter(campaign=campaign, township=township)
    if draft := rows.filter(state=Declaration.State.DRAFT).first():
        return draft
    draft = Declaration.objects.create(
        campaign=campaign,
        township=township,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        created_by=actor,
        created_at=clock.now(),
    )
    _fill(draft, accounts, _chosen(codes, villages))
    if not draft.people:
        raise Refused("没有可以申报的人：要先有村里收的款缴存入账并核验，或有导入失败后已经改正的人。")
    audit.record(
        "declaration.draft",
        actor=actor,
        obj=draft,
        summary=f"生成申报表 {draft}：{draft.people} 人 {draft.amount:,.2f} 元",
    )
    return draft


@transaction.atomic
def redraft_declaration(*, declaration: Declaration, actor: User, villages: list[str] | None = None) -> Declaration:
    """Fills the draft anew from what is banked now. An officer's leave for differences must be given again."""
    codes = villages_of(declaration.township_id)
    accounts = money.lock_accounts(campaign=declaration.campaign, villages=codes)
    refuse_closed(declaration.campaign)
    draft = locked(declaration)
    _refuse_unless_draft(draft)
    if villages is None:
        villages = list(draft.rows.values_list("village_id", flat=True).distinct().order_by("village_id")) or codes
    _drop_rows(draft)
    draft.difference_reason, draft.difference_by, draft.difference_at = "", None, None
    _fill(draft, accounts, _chosen(codes, villages))
    audit.record(
        "declaration.redraft",
        actor=actor,
        obj=draft,
        summary=f"重新核对 {draft}：{draft.people} 人 {draft.amount:,.2f} 元",
    )
    return draft


@transaction.atomic
def cancel_draft(*, declaration: Declaration, reason: str, actor: User) -> Declaration:
    """Gives the people of a draft free again; a draft cancelled before is left as it is."""
    reason = required_text(reason, "作废原因")
    money.lock_accounts(campaign=declaration.campaign, villages=villages_of(declaration.township_id))
    refuse_closed(declaration.campaign)
    draft = locked(declaration)
    if draft.state == Declaration.State.CANCELLED:
        return draft
    _refuse_unless_draft(draft)
    audit.record(
        "declaration.cancel",
        actor=actor,
        obj=draft,
        summary=f"作废申报表 {draft}：{reason}",
        before={"people": draft.people, "amount": str(draft.amount)},
    )
    _drop_rows(draft)
    draft.state, draft.people, draft.amount, draft.returned_reason = Declaration.State.CANCELLED, 0, ZERO, reason
    draft.save(update_fields=["state", "people", "amount", "returned_reason"])
    return draft


def locked(declaration: Declaration) -> Declaration:
    """The declaration as it stands now, locked until the transaction ends."""
    return (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county", "township")
        .get(pk=declaration.pk)
    )


def free_money(*, campaign: Campaign, region: str, villages: Collection[str] | None = None) -> dict[str, Decimal]:
    """What stands in the township account for each village and is bound to no declaration, by village code, in yuan.

    `villages`: of these alone, by code. Gifts that nobody was paid for with yet are no village's collected money and do
    not count.

    Those refused by the tax bureau keep their money bound until they are declared again or refunded.
    """
    balances = VillageAccount.objects.filter(campaign=campaign).in_region(region)
    if villages is not None:
        balances = balances.filter(village__in=list(villages))
    return _free(campaign, {account.village_id: account for account in balances})


def undeclared(*, campaign: Campaign, villages: list[str]) -> ScopedQuerySet[Contribution]:
    """Contributions that no declaration has taken to the tax bureau yet, or that were corrected after it refused."""
    return Contribution.objects.filter(
        Q(state=State.COLLECTED) | Q(state=State.FAILED) & Exists(_corrected()),
        DECLARED,
        campaign=campaign,
        village__in=villages,
        ended_at__isnull=True,
        amount__gt=0,
    )


def reached(*, campaign: Campaign, limits: dict[str, Decimal]) -> ScopedQuerySet:
    """The undeclared contributions that so much banked money a village covers: whole receipts, oldest first.

    What came with gifts is theirs for whom it came; the rest of the money covers what was collected in cash.
    """
    undone = undeclared(campaign=campaign, villages=list(limits))
    given = undone.filter(from_gift__gt=0).order_by().values_list("village_id")
    gifts = dict(given.annotate(sum=YuanSum("from_gift")))
    limits = {village: limit - gifts.get(village, ZERO) for village, limit in limits.items() if limit > 0}
    limits = {village: limit for village, limit in limits.items() if limit >= 0}
    people = undeclared(campaign=campaign, villages=list(limits)).annotate(running=oldest_first())
    return Contribution.objects.filter(pk__in=people.filter(_within(limits)).values("pk"))


def _within(limits: dict[str, Decimal]) -> Q:
    """Whether `running` is within the limit of its village; asked township by township, for of a county's 295 villages
    each row would be compared with half."""
    townships: dict[str, Q] = defaultdict(Q)
    for village, limit in limits.items():
        townships[village[:9]] |= Q(village=village, running__lte=int(limit * 100))
    within = Q(pk__in=[])
    for code, villages in townships.items():
        within |= Q(village__gte=code, village__lt=successor(code)) & villages
    return within


def leaving() -> ScopedQuerySet:
    """Open applications that end an enrolment: whoever has one is not declared, and the money waits."""
    return _LEAVING.filter(contribution=OuterRef("pk"))


def villages_of_leaving(*, campaign: Campaign) -> set[str]:
    """The villages in which somebody has such an application; mostly there are few."""
    rows = _LEAVING.filter(contribution__campaign=campaign).order_by()
    return set(rows.values_list("contribution__village_id", flat=True).distinct())


_LEAVING = Refund.objects.filter(
    ends_enrolment=True, self_payment__isnull=True, state__in=[Refund.State.REQUESTED, Refund.State.FIRST_PASSED]
)


def oldest_first() -> Window:
    """Running sum, in whole cents, of what a village's people paid there themselves, by day and receipt; the members of
    one receipt come together, and before all others those of whom the village has taken no cash."""
    no_cash = Q(from_gift=F("amount")) | ~Q(channel__in=TOWNSHIP_CHANNELS)
    return Window(
        Sum(Case(When(no_cash, then=0), default=cents("amount") - cents("from_gift"), output_field=IntegerField())),
        partition_by=F("village_id"),
        order_by=[
            Case(When(no_cash, then=0), default=1).asc(),
            F("paid_on").asc(),
            Coalesce("receipt_id", -F("pk")).asc(),
        ],
    )


def _fill(draft: Declaration, accounts: dict[str, VillageAccount], villages: Iterable[str]) -> None:
    free = _free(draft.campaign, accounts)
    limits = {village: free[village] for village in villages}
    last = DeclarationRow.objects.filter(contribution=OuterRef("pk"), result=Result.FAILURE, next__isnull=True)
    insert_from(
        DeclarationRow,
        {
            "declaration": draft.pk,
            "contribution": F("pk"),
            "village": F("village_id"),
            "name": F("resident__name"),
            "id_number": F("resident__id_number"),
            "amount": DECLARED_PART,
            "previous": Subquery(last.values("pk")[:1]),
        },
        reached(campaign=draft.campaign, limits=limits).filter(~Exists(leaving())),
    )
    sums = draft.rows.aggregate(people=Count("pk"), amount=Sum("amount"))
    draft.people, draft.amount = sums["people"], (sums["amount"] or ZERO).quantize(ZERO)
    draft.save(update_fields=["people", "amount", "difference_reason", "difference_by", "difference_at"])


def _corrected() -> ScopedQuerySet:
    return DeclarationRow.objects.filter(
        contribution=OuterRef("pk"), result=Result.FAILURE, fixed_at__isnull=False, next__isnull=True
    )


def _drop_rows(draft: Declaration) -> None:
    # Nothing refers to a row of a draft, so Django need not load them all to ask.
    draft.rows.order_by()._raw_delete("default")


def _free(campaign: Campaign, accounts: dict[str, VillageAccount]) -> dict[str, Decimal]:
    bound = (
        Contribution.objects.filter(
            Q(state=State.DECLARED)
            | Q(state=State.CONFIRMED, declaration__state=Declaration.State.CONFIRMED)
            | Q(state=State.FAILED) & ~Exists(_corrected()),
            DECLARED,
            campaign=campaign,
            village__in=list(accounts),
            ended_at__isnull=True,
        )
        .order_by()
        .values_list("village_id")
        .annotate(sum=Sum(DECLARED_PART))
    )
    in_other, unspent = dict(bound), unspent_gifts(campaign=campaign, villages=accounts)
    return {
        village: account.township - in_other.get(village, ZERO) - unspent.get(village, ZERO)
        for village, account in accounts.items()
    }


def _chosen(codes: list[str], villages: list[str] | None) -> list[str]:
    if villages is None:
        return codes
    if strange := set(villages) - set(codes):
        raise Refused(f"{'、'.join(sorted(strange))} 不是本乡镇的村。")
    return [code for code in codes if code in set(villages)]


def _refuse_unless_draft(draft: Declaration) -> None:
    if draft.state != Declaration.State.DRAFT:
        raise Refused(f"{draft}{draft.get_state_display()}，不再是草稿，不能改动。")
