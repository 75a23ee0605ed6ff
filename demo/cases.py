"""What does not go smoothly: refunds in every state, differences, deaths, newborns, collective payments, notices."""

import datetime
import io
from contextlib import suppress
from decimal import Decimal

import xlsxwriter
from django.core.files.base import ContentFile

from collection.advice.services import record_advice
from collection.consequences.rosters import apply_roster
from collection.contributions.models import Contribution
from collection.entitlements.differences import resolve_case
from collection.entitlements.models import DifferenceCase
from collection.gifts.models import Gift
from collection.gifts.services import list_people, record_arrival, register_gift
from collection.gifts.spending import spend_gift
from collection.notices.services import (
    answer_objection,
    close_notice,
    post_notice,
    prepare_notice,
    raise_objection,
)
from collection.refunds.applications import request_refund
from collection.refunds.models import Refund
from collection.refunds.services import add_evidence, pass_first, pay_refund, reject_refund, set_payee
from core.access.roles import Role
from core.accounts.models import User
from core.refusals import Refused
from demo.counties import DAY
from demo.people import AREA
from demo.slips import drawn_slip
from demo.world import World, work
from residents.counter.corrections import correct_insured_years
from residents.counter.services import register_resident
from residents.people.id_numbers import checksum_digit
from residents.people.models import Household, Resident
from residents.statuses.services import set_status
from subsidies.rosters.comparing import seen_counts
from subsidies.rosters.models import Roster
from subsidies.rosters.services import mark_by_hand, upload_roster


def record_newborns(world: World, day: datetime.date) -> None:
    """Register six newborns at the counter; the bureau's helpers have not yet collected for them."""
    surnames = ("陈", "李", "王", "张", "刘", "杨")
    others = [plan for plan in world.plans if plan.code in world.helpers and plan.code != world.county.village]
    plans = [plan for plan in world.plans if plan.code == world.county.village] + others[1:50:10]
    for order, (plan, surname) in enumerate(zip(plans, surnames, strict=False)):
        born = day - (3 + 9 * order) * DAY
        body = f"{AREA}{born:%Y%m%d}{900 + order}"
        register_resident(
            name=f"{surname}{'安乐和宁悦泽'[order]}",
            id_number=body + checksum_digit(body),
            village=world.region(plan.code),
            household=_last_household(plan.code) if plan.code == world.county.village else "0001",
            birth_date=born,
            actor=world.teams[plan.township][-1],
        )


def _last_household(village: str) -> str:
    """The household to which the helper's round from door to door comes last: its child is not paid for yet."""
    return Household.objects.filter(village=village).order_by("-number").values_list("number", flat=True).first() or ""


def change_facts(world: World, day: datetime.date) -> None:
    """Of people who have paid one enlists, of which the notice says nothing, and one dies; of two a year was wrong."""
    clerk = world.teams[world.county.township][-1]
    paid = posted(world)[24:28]
    papers = ((Resident.Status.ARMY, "入伍通知书"), (Resident.Status.DEAD, "死亡医学证明"))
    for contribution, (status, paper) in zip(paid[:2], papers, strict=False):
        set_status(resident=contribution.resident, status=status, since=day - 2 * DAY, source=paper, actor=clerk)
    for contribution in paid[2:]:
        correct_insured_years(
            resident=contribution.resident,
            add=[],
            remove=[world.campaign.year - 1],
            source="核对往年参保数据",
            actor=clerk,
        )


def tell_of_waiting(world: World, day: datetime.date) -> None:
    """Three who come back after a gap are told at the window how long they wait, and sign."""
    last = world.campaign.year - 1
    paid = Contribution.objects.filter(campaign=world.campaign, ended_at__isnull=True).order_by().values("resident")
    back = Resident.objects.in_region(world.county.township).filter(
        status=Resident.Status.ACTIVE, insured_years__year__lt=last
    )
    back = back.exclude(insured_years__year=last).exclude(pk__in=paid)
    clerk = world.teams[world.county.township][-1]
    for resident in back.order_by("pk").distinct()[:3]:
        record_advice(campaign=world.campaign, resident=resident, signer="self", signed_by="", paper=None, actor=clerk)


def pay_collectively(world: World, day: datetime.date) -> None:
    """Collectives and a company pay (集体资助): whole fees by name in four villages, a part of each fee in a fifth, and
    one donor of the printed township has not paid yet."""
    for plan in world.plans[7:287:70]:
        actor = world.teams[plan.township][-1]
        household = Resident.objects.filter(village_id=plan.code, status=Resident.Status.ACTIVE).order_by("pk")[:3]
        unpaid = [p for p in household if not p.contributions.filter(ended_at__isnull=True).exists()]
        gift = _promise(world, plan.code, day, "村集体经济合作社", "collective", "some", actor, promised="1200.00")
        list_people(gift=gift, text="\n".join(f"{p.name} {p.id_number}" for p in unpaid), actor=actor)
        slip = f"ZZ{plan.code[6:]}{day:%m%d}"
        record_arrival(gift=gift, amount=Decimal("1200.00"), on=day, slip_no=slip, actor=actor)
        with suppress(Refused):  # a county takes payment on some days of the month only
            spend_gift(gift=gift, actor=actor)
        forget(world, {p.pk for p in unpaid})
    own = [plan for plan in world.of_township(world.county.township) if plan.code != world.county.village][:2]
    actor = world.teams[world.county.township][-1]
    _promise(world, own[-1].code, day, "恒顺建材有限公司", "company", "all", actor, promised="20000.00")
    part = _promise(
        world, world.county.village, day, "本村股份经济合作社", "collective", "some", actor, per_head="100.00"
    )
    people = Resident.objects.filter(
        village_id=world.county.village, status=Resident.Status.ACTIVE, contributions__isnull=True
    ).order_by("-pk")[:6]
    list_people(gift=part, text="\n".join(f"{p.name} {p.id_number}" for p in people), actor=actor)
    record_arrival(gift=part, amount=Decimal("600.00"), on=day, slip_no=f"ZZ{day:%m%d}01", actor=actor)
    with suppress(Refused):
        spend_gift(gift=part, actor=actor)
    forget(world, {p.pk for p in people})


def _promise(
    world: World,
    village: str,
    day: datetime.date,
    donor: str,
    kind: str,
    covers: str,
    actor: User,
    *,
    promised: str = "600.00",
    per_head: str | None = None,
) -> Gift:
    return register_gift(
        campaign=world.campaign,
        village=world.region(village),
        donor=donor,
        donor_kind=kind,
        basis="agreement" if kind == "company" else "decision",
        document=f"{donor}资助居民医保{'协议' if kind == 'company' else '决议'}（{day:%Y年%-m月}）",
        promised=Decimal(promised),
        pay_by=day + 10 * DAY,
        covers=covers,
        per_head=Decimal(per_head) if per_head else None,
        actor=actor,
    )


def forget(world: World, residents: set[int]) -> None:
    """Take people out of the plans: somebody else has paid for them, or they have died."""
    for plan in world.plans:
        for payers in plan.phone.values():
            payers[:] = [person for person in payers if person.pk not in residents]
        for households in plan.cash.values():
            for members in households:
                members[:] = [person for person in members if person.pk not in residents]


def recognise_late(world: World, day: datetime.date) -> None:
    """The civil affairs bureau recognises three people who have paid already; one case is resolved at once."""
    campaign, department = world.campaign, User.objects.get(username="minzheng")
    category = next(c.name for c in campaign.policy.categories if c.department == "民政局" and not c.full)
    paid = posted(world)[20:23]
    for order, contribution in enumerate(paid):
        roster = mark_by_hand(
            campaign=campaign,
            resident=contribution.resident,
            category=category,
            recognised_on=day - 2 * DAY,
            document=f"民政认定〔{day.year}〕{31 + order}号",
            ends=False,
            file=None,
            name="",
            actor=department,
        )
        apply_roster(roster=roster, seen=seen_counts(roster), endings_confirmed=False, actor=world.bureau)
    case = DifferenceCase.objects.filter(campaign=campaign, state=DifferenceCase.State.OPEN).order_by("pk").first()
    if case:
        resolve_case(case=case, note="已向本人说明，差额按省级口径另行通知", actor=world.bureau)


def hand_in_roster(world: World, day: datetime.date) -> None:
    """The disabled persons' federation hands in a supplement; it waits for the bureau to review it."""
    department = User.objects.filter(role=Role.DEPARTMENT, username__in=["canlian", "minzheng"]).order_by("username")
    names = {c.department: c.name for c in world.campaign.policy.categories if not (c.ordinary or c.not_set)}
    user = next(u for u in department if u.department in names)
    people = list(Resident.objects.filter(village__code__startswith=world.county.township).order_by("pk")[3:60:8])
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("新增名单")
        sheet.write_row(0, 0, ["序号", "姓名", "身份证号码", "认定日期"])
        for row, person in enumerate(people, start=1):
            name = person.name if row != 2 else person.name[0] + "小" + person.name[-1]
            number = person.id_number if row != 3 else person.id_number[:-1]
            sheet.write_row(row, 0, [row, name, number, str(day - 5 * DAY)])
    file = f"{user.department}新增名单.xlsx"
    roster = upload_roster(
        campaign=world.campaign,
        file=ContentFile(buffer.getvalue(), file),
        name=file,
        department=user.department,
        category=names[user.department],
        kind=Roster.Kind.SUPPLEMENT,
        recognised_on=day - 5 * DAY,
        document=f"{user.department}{day:%Y年%-m月}新增认定名单",
        actor=user,
    )
    work(f"roster.read.{roster.pk}")


def posted(world: World) -> list[Contribution]:
    """The posted self-payments of the printed township first, then of the others."""
    rows = Contribution.objects.filter(
        campaign=world.campaign, channel=Contribution.Channel.SELF, ended_at__isnull=True, posted_at__isnull=False
    )
    own = rows.filter(village__code__startswith=world.county.township)
    others = rows.exclude(village__code__startswith=world.county.township)
    related = [queryset.select_related("resident", "campaign__county").order_by("pk") for queryset in (own, others)]
    return [*related[0][:30], *related[1][:30]]


def request_refunds(world: World, day: datetime.date) -> None:
    """Ask for five refunds: one without its paper, one passed, one paid, one rejected, one for a death."""
    reviewer = world.teams[world.county.township][0]
    reasons = ("employee_insurance", "insured_elsewhere", "death", "employee_insurance", "insured_elsewhere")
    refunds = []
    for order, (contribution, reason) in enumerate(zip(posted(world)[::4], reasons, strict=False)):
        paper = drawn_slip("证明材料", 编号=f"ZM{day:%m%d}{order}", 日期=f"{day}", 姓名=contribution.resident.name)
        refunds.append(
            request_refund(
                contribution=contribution,
                reason=reason,
                happened_on=day - 6 * DAY,
                evidence=[paper] if order else [],
                note="本人或家属到乡镇窗口申请",
                payee=contribution.resident.name if reason != "death" else f"{contribution.resident.name[0]}建国",
                payee_account=f"62170000000000{order:05d}",
                actor=reviewer,
            )
        )
    for refund in refunds[1:4]:
        pass_first(refund=refund, actor=world.tax)
    for refund in refunds[2:3]:
        pay_refund(refund=refund, actor=world.second)
    if len(refunds) > 4:
        reason = "材料上的单位没有盖章，请补充后重新申请"
        reject_refund(refund=refunds[4], reason=reason, actor=world.tax)
    twice = Refund.objects.filter(campaign=world.campaign, self_payment__isnull=False).order_by("pk")
    for refund in twice[:2]:
        paper = drawn_slip("收据存根", 编号=f"{refund.pk}", 日期=f"{day}", 金额=f"{refund.amount} 元")
        refund = add_evidence(refund=refund, papers=[paper], actor=reviewer)
        account = f"62170000000001{refund.pk:05d}"
        refund = set_payee(refund=refund, payee=refund.resident.name, payee_account=account, actor=reviewer)
        pass_first(refund=refund, actor=world.tax)
    for refund in twice[:1]:
        pay_refund(refund=refund, actor=world.second)


def register_deaths(world: World, day: datetime.date) -> None:
    """Two unpaid people have died, one has enlisted and one has moved away."""
    statuses = (Resident.Status.DEAD, Resident.Status.DEAD, Resident.Status.ARMY, Resident.Status.ELSEWHERE)
    unpaid = Resident.objects.filter(
        village__code__startswith=world.county.township, contributions__isnull=True, birth_date__lt="1960-01-01"
    ).order_by("pk")[: len(statuses)]
    for person, status in zip(unpaid, statuses, strict=False):
        set_status(resident=person, status=status, since=day - 4 * DAY, source="公安、民政数据比对", actor=world.bureau)
    forget(world, {person.pk for person in unpaid})


def put_up_notices(world: World, day: datetime.date) -> None:
    """Put up four villages' lists: one closed, one with objections, one without photographs, one not yet posted."""
    plans = [plan for plan in world.of_township(world.county.township) if plan.code != world.county.village]
    listed = [
        plan
        for plan in plans
        if Contribution.objects.filter(village_id=plan.code, posted_at__isnull=False, ended_at__isnull=True).exists()
    ][:4]
    reviewer = world.teams[world.county.township][0]
    notices = [
        prepare_notice(campaign=world.campaign, village=world.region(plan.code), actor=reviewer) for plan in listed
    ]
    for order, notice in enumerate(notices[:3]):
        photos = [] if order == 2 else [drawn_slip("公示照片", 村=str(notice.village), 日期=f"{day}")]
        post_notice(notice=notice, on=day, photos=photos, actor=reviewer)


def object_to_notices(world: World, day: datetime.date) -> None:
    """Two objections to the second notice, one of them answered; the first notice is over and is closed."""
    reviewer = world.teams[world.county.township][0]
    notices = list(world.campaign.notices.order_by("pk"))
    if len(notices) < 2:
        return
    texts = ("名单里没有我，我十月初已经把钱交给协办员。", "我家孩子的姓名写错了一个字。")
    objections = [
        raise_objection(notice=notices[1], raised_by=name, text=text, on=day, actor=reviewer)
        for name, text in zip(("村民李某", "村民王某"), texts, strict=True)
    ]
    answer = "已查台账：该户已缴存，正在申报，入库后补列公示。"
    answer_objection(objection=objections[0], answer=answer, actor=reviewer)
    if notices[0].ends_on and notices[0].ends_on < day:
        close_notice(notice=notices[0], actor=reviewer)
