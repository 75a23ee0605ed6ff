"""A policy as staff read it: every figure in words, with its clause, and every reading taken. Pure."""

from decimal import Decimal
from typing import NamedTuple

from core.amounts import yuan
from core.county_words import county_word
from subsidies.policy.employee_figures import employee_figures
from subsidies.policy.parts import Category, Source, Sourced
from subsidies.policy.policies import Policy

WEEKDAYS = ("", "一", "二", "三", "四", "五", "六", "日")
METRICS = {"posted": "已入库人数", "collected": "已缴人数"}
#: What a part of a policy file is called on the page.
TITLES = {
    "fee": "缴费标准",
    "period": "征缴期",
    "payment_days": "缴费日",
    "late_recognition": "认定日期",
    "benefits": "待遇期",
    "benefits.waiting": "待遇等待期",
    "benefits.large_illness": "大病保险激励",
    "newborn": "新生儿",
    "newborn.born_before": "上年末出生的新生儿",
    "newborn.birth_year": "出生当年",
    "newborn.pay_by": "上年出生的孩子",
    "newborn.any_day": "新生儿缴费日",
    "benefits.waiting.exempt": "不用等待的特殊群体",
    "benefits.national_period": "国家规定的征缴期",
    "deposit_limit": "双限报解",
    "deposit_accounts": "存入账户",
    "warnings": "报解提醒",
    "targets": "任务目标",
    "ranking": "排名",
    "report": "周报",
    "refund_rules": "退费",
    "notice": "公示",
    "declaration": "申报表",
    "rewards": "奖励",
    "contact_team": "乡镇专班",
    "employees.several_units": "职工医保一人多处",
}
_AFTER_PERIOD = {
    "nothing": "征缴期结束后认定的，当年不资助",
    "from_next_month": "征缴期结束后认定的，从次月1日起按新身份缴费，此前已缴费的不退；终止的从次月1日起不再资助",
    "unless_paid": "征缴期结束后认定的，尚未缴费的按新身份缴费，已缴费的不退",
}
_AFTER_PAYMENT = {"refund": "期内先缴费后认定的，退差额", "notify": "期内先缴费后认定的，提醒经办人员处理"}


class Figure(NamedTuple):
    """One line of the page: what it is about, what holds, where it stands, whether it is a reading of ours."""

    about: str
    says: str
    source: Source
    assumed: bool
    other: str = ""


def figures(policy: Policy) -> list[Figure]:
    """All figures of a policy, in the order in which people ask for them."""
    rows = [
        _line("缴费标准", _fee(policy), policy.fee),
        _line("征缴期", f"{policy.period.start} 至 {policy.period.end}", policy.period),
    ]
    for share in policy.finance_shares:
        says = f"每人 {yuan(share.amount)}" if share.amount is not None else f"金额未定，由{share.not_set}确定"
        rows.append(_line(f"财政补助：{share.tier}", says, share))
    for stage in policy.stages:
        goal = f"，完成任务的 {_share(stage.goal)}" if stage.goal is not None else ""
        rows.append(_line(f"阶段：{stage.name}", f"{stage.start} 至 {stage.end}{goal}", stage))
    if policy.payment_days:
        days = policy.payment_days
        rows.append(_line("缴费日", f"征缴期内每月 {days.first}—{days.last} 日", days))
    rows += [_line(f"资助：{c.name}", _category(c, policy), c) for c in policy.categories]
    late = policy.late_recognition
    rows.append(_line("认定日期", f"{_AFTER_PERIOD[late.after_period]}；{_AFTER_PAYMENT[late.after_payment]}", late))
    rows += _benefits(policy)
    rows += _deposits(policy)
    rows += _supervision(policy)
    if policy.employees:
        rows += [_line(*row) for row in employee_figures(policy.employees, county_word(policy.county_code))]
    return rows


class FigureDifference(NamedTuple):
    """A figure beside the same one of another policy; `before` is None where that had none, `figure` where this has."""

    about: str
    figure: Figure | None
    before: str | None

    @property
    def differs(self) -> bool:
        return self.figure is None or self.figure.says != self.before


def compare(policy: Policy, other: Policy) -> list[FigureDifference]:
    """Every figure of a policy beside that of another one, what is gone at the end."""
    before = {figure.about: figure.says for figure in figures(other)}
    rows = [FigureDifference(figure.about, figure, before.pop(figure.about, None)) for figure in figures(policy)]
    return rows + [FigureDifference(about, None, says) for about, says in before.items()]


def readings(policy: Policy) -> list[Figure]:
    """Every reading taken where the notice is silent or at odds with itself."""
    return [figure for _, figure in open_readings(policy)]


def open_readings(policy: Policy) -> list[tuple[str, Figure]]:
    """Every reading with its key in the file, by which a document may decide it."""
    return [(at, Figure(TITLES.get(r.key, r.key), r.says, r.source, True, r.other)) for at, r in policy.assumed_at]


def decided_readings(policy: Policy) -> list[Figure]:
    """What was a reading of ours until a document decided it."""
    return [
        Figure(TITLES.get(at, getattr(part, "name", "") or getattr(part, "key", at)), part.decided, part.source, False)
        for at, part in policy.decisions
    ]


def _line(about: str, says: str, rule: Sourced) -> Figure:
    return Figure(about, says, rule.source, rule.assumed)


def _share(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f}%"


def _fee(policy: Policy) -> str:
    fee = policy.fee
    total = f"，合计 {yuan(fee.total)}" if fee.total else ""
    return f"个人每人 {yuan(fee.individual)}，财政补助不低于 {yuan(fee.finance)}{total}"


def _category(category: Category, policy: Policy) -> str:
    if category.subsidy is None:
        return f"金额未定，由{category.not_set}确定"
    if not category.subsidy:
        return f"没有资助，个人缴 {yuan(policy.standard)}"
    due = policy.standard - category.subsidy
    pays = f"个人缴 {yuan(due)}" if due else "个人不缴费"
    says = f"{category.fund}资助 {yuan(category.subsidy)}，{pays}"
    if category.requires_any:
        says += f"；须同时是{'、'.join(category.requires_any)}之一"
    if category.by_age:
        says += f"；{category.born_from} 以后出生、登记时未满 {category.under_years} 周岁"
    return says


def _benefits(policy: Policy) -> list[Figure]:
    waiting, newborn = policy.benefits.waiting, policy.newborn
    says = (
        f"征缴期后缴费或断保的等 {waiting.fixed_months} 个月；每断保 1 年加 {waiting.months_per_gap_year} 个月，"
        f"每补缴 1 年减 {waiting.months_less_per_repaid_year} 个月；"
        f"断保 {waiting.long_gap_years} 年及以上不少于 {waiting.long_gap_minimum_months} 个月"
    )
    starts = {"birth": "出生之日", "payment": "缴费之日"}
    born = (
        f"{newborn.born_from} 以后出生，{newborn.window_days} 天以内参保的从{starts[newborn.within]}起，"
        f"之后从{starts[newborn.after]}起，没有等待期"
    )
    until = f"{policy.year_end} 止；年内缴费的从缴费之日起"
    rows = [
        _line("待遇期", f"上年底前缴费的从 {policy.year_start} 起，到 {until}", policy.benefits),
        _line("待遇等待期", says, waiting),
        _line("新生儿", "；".join((born, *newborn.notes)), newborn),
    ]
    if newborn.born_before:
        before = newborn.born_before
        says = f"{before.start} 至 {before.end} 出生的，从出生之日起到 {policy.year_end}"
        rows.append(_line(TITLES["newborn.born_before"], says, before))
    rows += _children(policy)
    if exempt := waiting.exempt:
        rows.append(_line(TITLES["benefits.waiting.exempt"], f"{'、'.join(exempt.categories)}没有等待期", exempt))
    if national := policy.benefits.national_period:
        counted = "期内缴费" if national.in_time else "期后缴费，计等待期"
        says = (
            f"到 {national.end} 止；{policy.period.end} 以后到这一天缴费的，"
            f"本{county_word(policy.county_code)}按{counted}"
        )
        rows.append(_line(TITLES["benefits.national_period"], says, national))
    if large := policy.benefits.large_illness:
        says = (
            f"{large.since_year} 年起，连续参保满 {large.continuous_years} 年后每多 1 年、每零报销 1 年，"
            f"提高 {yuan(large.step)}，累计不超过原封顶线的 {_share(large.ceiling)}"
        )
        rows.append(_line("大病保险激励", says, large))
    return rows


def _children(policy: Policy) -> list[Figure]:
    rows, newborn = [], policy.newborn
    if year := newborn.birth_year:
        who = "" if year.fee == "free" else "父或母参保的，"
        rows.append(_line(TITLES["newborn.birth_year"], f"{who}出生当年不缴费，不由任何资金承担", year))
    if pay_by := newborn.pay_by:
        says = f"{pay_by.start} 至 {pay_by.end} 出生的，{pay_by.paid_by}（含）前缴费才享受{policy.year}年待遇"
        rows.append(_line(TITLES["newborn.pay_by"], says, pay_by))
    if newborn.any_day:
        says = f"出生当年，或出生后 {newborn.window_days} 天内，任何一天都可以缴费"
        rows.append(_line(TITLES["newborn.any_day"], says, newborn.any_day))
    return rows


def _deposits(policy: Policy) -> list[Figure]:
    rows = []
    if limit := policy.deposit_limit:
        rows.append(_line("双限报解", f"{limit.days} 天或 {yuan(limit.amount)}，先到为准", limit))
    if accounts := policy.deposit_accounts:
        rows.append(_line("存入账户", "、".join(accounts.names), accounts))
    if warnings := policy.warnings:
        days = "、".join(f"第 {day} 天" for day in warnings.on_days)
        rows.append(_line("报解提醒", f"到额度的 {_share(warnings.at_share)}、{days}、到期日，逾期后每天", warnings))
    return rows


def _supervision(policy: Policy) -> list[Figure]:
    rows, targets, ranking = [], policy.targets, policy.ranking
    people = f"，不少于 {targets.people} 人" if targets.people else ""
    last_year = "，不低于上年参保人数" if targets.not_below_last_year else ""
    says = f"总体 {_share(targets.overall)}{people}{last_year}；特殊群体 {_share(targets.special)}"
    rows.append(_line("任务目标", says, targets))
    daily = f"从 {ranking.daily_from} 起每天；" if ranking.daily_from else ""
    weekly = f"从 {ranking.weekly_from} 起每周{WEEKDAYS[ranking.weekly_day]} {ranking.weekly_time:%H:%M}"
    monthly = "；每月通报" if ranking.monthly else ""
    rows.append(_line("排名", f"{daily}{weekly}{monthly}；按{METRICS[ranking.metric]}", ranking))
    if report := policy.report:
        says = f"每周{WEEKDAYS[report.day]} {report.time:%H:%M} 前报：{'、'.join(report.contents)}"
        rows.append(_line("周报", says, report))
    reviewers = "初审、".join(policy.refund_rules.reviewers) + "复核"
    for reason in policy.refund_rules.reasons:
        before = "待遇享受期开始前" if reason.before_benefits else "征缴期内"
        deadline = f"，{reason.deadline} 前申请" if reason.deadline else ""
        says = f"{before}{deadline}；凭{'、'.join(reason.evidence)}；{reviewers}"
        rows.append(Figure(f"退费：{reason.name}", says, reason.source, policy.refund_rules.assumed))
    photos = "，留存照片" if policy.notice.photos else ""
    since = f"，{day} 起张榜的才算" if (day := policy.notice.counts_from) else ""
    rows.append(_line("公示", f"不少于 {policy.notice.working_days} 个工作日{photos}{since}", policy.notice))
    columns = "、".join(column.title for column in policy.declaration.columns)
    rows.append(_line("申报表", f"列：{columns}", policy.declaration))
    if team := policy.contact_team:
        rows.append(_line("乡镇专班", f"综合协调汇总服务专班不少于 {team.least} 人", team))
    if supervision := policy.supervision:
        rows.append(_line("参保动员指导组", f"组建 {supervision.guidance_groups} 个", supervision))
    if accident := policy.accident:
        says = f"自愿投保，由{accident.insurer}承办，与医保费分开" if accident.allowed else "不得搭车代收，不办理"
        rows.append(_line("意外伤害补充保险", says, accident))
    for due in policy.deadlines:
        when = f"{due.on} 前" if due.on else f"{due.since} 起每月 {due.monthly} 日前"
        rows.append(_line(f"{due.office}：{due.task}", when, due))
    if rewards := policy.rewards:
        tiers = f"，分{'、'.join(rewards.tiers)}" if rewards.tiers else ""
        says = f"每参保 1 人拨工作经费 {yuan(rewards.per_head)}；奖励 {yuan(rewards.prize_total)}{tiers}"
        rows.append(_line("奖励", says, rewards))
    return rows
