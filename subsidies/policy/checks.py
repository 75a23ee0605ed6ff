"""What makes a policy file wrong although each value by itself has the right type."""

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from subsidies.policy.cover_parts import BIRTH_YEAR_FEES, NEWBORN_STARTS
from subsidies.policy.employee_checks import check_employees
from subsidies.policy.parts import (
    AFTER_PAYMENT,
    AFTER_PERIOD,
    DECLARATION_FIELDS,
    METRICS,
    POLICY_ID,
    REFUND_CODES,
    Category,
    Source,
    parts_of,
    spelling,
)
from subsidies.policy.schema import PolicyError, Tables

if TYPE_CHECKING:
    from subsidies.policy.policies import Policy

CENT = Decimal("0.01")
#: As long as a deposit and a contribution can keep them.
LONGEST_ACCOUNT, LONGEST_CATEGORY, LONGEST_FUND, LONGEST_TIER = 60, 40, 30, 10
#: What counts of days, months and years may be; anything else is a slip of the pen.
RANGES = {
    "benefits.waiting.fixed_months": (0, 24),
    "benefits.waiting.months_per_gap_year": (0, 12),
    "benefits.waiting.months_less_per_repaid_year": (0, 12),
    "benefits.waiting.long_gap_years": (1, 60),
    "benefits.waiting.long_gap_minimum_months": (0, 24),
    "benefits.large_illness.since_year": (2000, 2100),
    "benefits.large_illness.continuous_years": (1, 60),
    "newborn.window_days": (1, 366),
    "deposit_limit.days": (1, 60),
    "ranking.weekly_day": (1, 7),
    "report.day": (1, 7),
    "notice.working_days": (1, 60),
    "supervision.guidance_groups": (1, 50),
}
WAYS = ("amount", "percent", "full", "nothing", "not_set")


def check_together(policies: tuple["Policy", ...]) -> list[PolicyError]:
    """What is wrong among files that are each good by themselves: one county's periods must not overlap."""
    errors = []
    ordered = sorted(policies, key=lambda p: (p.county_code, p.period.start))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.county_code == after.county_code and after.period.start <= before.period.end:
            says = f"与 {before.id} 的征缴期重叠（{before.period.start} 至 {before.period.end}）"
            errors.append(Tables(after.text, f"{after.id}.toml").error("period.start", says))
    return errors


def set_sources(rule: object, papers: dict[str, Any], tables: Tables, key: str = "") -> None:
    """Resolve each source, written "简称 条款", and see that readings say what was read."""
    for at, part in parts_of(rule, key):
        paper, _, clause = str(part.source).partition(" ")
        if paper not in papers or not clause.strip():
            raise tables.error(f"{at}.source", f"出处要写成“简称 条款”，简称是 {'、'.join(papers)} 之一")
        object.__setattr__(part, "source", Source(papers[paper].title, clause.strip()))
        if part.assumed and not part.says:
            raise tables.error(f"{at}.assumed", "标了 assumed = true，就要用 says 写明文件未明确事项的处理口径")
        if part.says and not part.assumed:
            raise tables.error(f"{at}.says", "写了 says，就要标 assumed = true")
        if part.other and not part.assumed:
            raise tables.error(f"{at}.other", "写了 other（另一种理解），就要标 assumed = true")
        if part.decided and part.assumed:
            raise tables.error(f"{at}.decided", "已经由文件明确（decided）的，不再标 assumed")
        set_sources(part, papers, tables, at)


def check(policy: "Policy", tables: Tables) -> None:
    if not POLICY_ID.fullmatch(policy.id):
        raise tables.error("county_code", "county_code 应是六位数字，year 应是四位年份")
    if tables.name.removesuffix(".toml") != policy.id:
        raise tables.error("county_code", f"县代码和年度合起来是 {policy.id}，文件名应是 {policy.id}.toml")
    _check_dates(policy, tables)
    _check_ranges(policy, tables)
    _check_categories(policy, tables)
    fee = policy.fee
    if fee.total is not None and fee.total != fee.individual + fee.finance:
        raise tables.error("fee.total", f"应等于个人缴费与财政补助之和 {fee.individual + fee.finance}")
    _check_finance_shares(policy, tables)
    for n, deadline in enumerate(policy.deadlines):
        if problem := deadline.problem():
            raise tables.error(f"deadlines[{n}]", problem)
    if policy.employees:
        check_employees(policy.employees, tables)
    _check_accounts(policy, tables)
    _check_words(policy, tables)


def _check_accounts(policy: "Policy", tables: Tables) -> None:
    accounts = policy.deposit_accounts
    if accounts is None:
        return
    if not accounts.names or len(set(accounts.names)) != len(accounts.names):
        raise tables.error("deposit_accounts.names", "至少写一个账户，不能重复")
    if any(len(name) > LONGEST_ACCOUNT for name in accounts.names):
        raise tables.error("deposit_accounts.names", f"账户名称最多 {LONGEST_ACCOUNT} 个字")


def _check_words(policy: "Policy", tables: Tables) -> None:
    """Keys that take one of a few words."""
    allowed = {
        "late_recognition.after_period": (policy.late_recognition.after_period, AFTER_PERIOD),
        "late_recognition.after_payment": (policy.late_recognition.after_payment, AFTER_PAYMENT),
        "newborn.within": (policy.newborn.within, NEWBORN_STARTS),
        "newborn.after": (policy.newborn.after, NEWBORN_STARTS),
        "ranking.metric": (policy.ranking.metric, METRICS),
    }
    if policy.newborn.birth_year:
        allowed["newborn.birth_year.fee"] = (policy.newborn.birth_year.fee, BIRTH_YEAR_FEES)
    for n, reason in enumerate(policy.refund_rules.reasons):
        allowed[f"refund_rules.reasons[{n}].code"] = (reason.code, REFUND_CODES)
    for n, column in enumerate(policy.declaration.columns):
        allowed[f"declaration.columns[{n}].field"] = (column.field, DECLARATION_FIELDS)
    for key, (value, known) in allowed.items():
        if value not in known:
            raise tables.error(key, f"不认识 {value!r}；可用的有：{'、'.join(known)}")


def _check_finance_shares(policy: "Policy", tables: Tables) -> None:
    """Each tier once, and together what public finance pays a head."""
    tiers = [share.tier for share in policy.finance_shares]
    for n, share in enumerate(policy.finance_shares):
        if tiers.index(share.tier) != n or not share.tier or len(share.tier) > LONGEST_TIER:
            raise tables.error(f"finance_shares[{n}].tier", f"级次各写一次，最多 {LONGEST_TIER} 个字")
        if (share.amount is None) == (share.not_set is None):
            raise tables.error(f"finance_shares[{n}].amount", "amount 和 not_set 写一个：多少元，或由哪份文件确定")
    known = sum((share.amount for share in policy.finance_shares if share.amount is not None), Decimal(0))
    whole = all(share.amount is not None for share in policy.finance_shares)
    if tiers and (known != policy.fee.finance if whole else known > policy.fee.finance):
        raise tables.error("finance_shares", f"各级合计应等于每人财政补助 {policy.fee.finance} 元")


def _check_dates(policy: "Policy", tables: Tables) -> None:
    period = policy.period
    if period.start > period.end:
        raise tables.error("period.end", "征缴期的末日早于首日")
    if period.end.year not in (policy.year - 1, policy.year) or period.start.year != policy.year - 1:
        raise tables.error("period.start", f"征缴期应从 {policy.year - 1} 年开始，到 {policy.year} 年底之前结束")
    _check_stages(policy, tables)
    for key in ("weekly_from", "daily_from"):
        day = getattr(policy.ranking, key)
        if day is not None and day not in period:
            raise tables.error(f"ranking.{key}", f"应在征缴期（{period.start} 至 {period.end}）内，现在是 {day}")
    for n, reason in enumerate(policy.refund_rules.reasons):
        if reason.deadline is not None and not period.start <= reason.deadline <= policy.year_end:
            says = f"应在征缴期首日到年底（{period.start} 至 {policy.year_end}）之间，现在是 {reason.deadline}"
            raise tables.error(f"refund_rules.reasons[{n}].deadline", says)
    _check_cover_dates(policy, tables)
    days = policy.payment_days
    if days and not 1 <= days.first <= days.last <= 31:
        raise tables.error("payment_days.first", "缴费日应在 1 到 31 之间，首日不晚于末日")


def _check_stages(policy: "Policy", tables: Tables) -> None:
    """Each inside the period, one after the other."""
    before = None
    for n, stage in enumerate(policy.stages):
        if stage.start > stage.end:
            raise tables.error(f"stages[{n}].end", "阶段的末日早于首日")
        if stage.start not in policy.period or stage.end not in policy.period:
            raise tables.error(f"stages[{n}].start", "阶段超出了征缴期")
        if before is not None and stage.start <= before.end:
            raise tables.error(f"stages[{n}].start", f"与上一阶段“{before.name}”的日期重叠")
        before = stage


def _check_cover_dates(policy: "Policy", tables: Tables) -> None:
    """The days that newborns' cover and the benefits begin with."""
    if policy.newborn.born_from.year not in (policy.year - 1, policy.year):
        says = f"应在 {policy.year - 1} 年或 {policy.year} 年，现在是 {policy.newborn.born_from}"
        raise tables.error("newborn.born_from", says)
    if (pay_by := policy.newborn.pay_by) and not pay_by.start <= pay_by.end <= pay_by.paid_by < policy.year_end:
        raise tables.error("newborn.pay_by.paid_by", "出生日期的首日、末日和最迟缴费日应依次在后，且早于年底")
    national, last = policy.benefits.national_period, policy.period.end
    if national and not last < national.end <= policy.year_end:
        raise tables.error("benefits.national_period.end", f"应在征缴期末日 {last} 之后、年底以前")


def _check_ranges(policy: "Policy", tables: Tables) -> None:
    for key, (least, most) in RANGES.items():
        value: Any = policy
        for name in key.split("."):
            value = getattr(value, name, None)
        if value is not None and not least <= value <= most:
            raise tables.error(key, f"应在 {least} 到 {most} 之间，现在是 {value}")
    waiting = policy.benefits.waiting
    if waiting.months_less_per_repaid_year > waiting.months_per_gap_year:
        says = f"补缴一年减的月数不能多于断保一年加的 {waiting.months_per_gap_year} 个月"
        raise tables.error("benefits.waiting.months_less_per_repaid_year", says)
    if not policy.refund_rules.reviewers:
        raise tables.error("refund_rules.reviewers", "至少写一个审核部门")


def _check_categories(policy: "Policy", tables: Tables) -> None:
    seen: dict[str, str] = {}
    if sum(c.ordinary for c in policy.categories) != 1:
        raise tables.error("categories", "要有且只有一个 ordinary = true 的普通类别")
    for n, category in enumerate(policy.categories):
        key = f"categories[{n}]"
        _check_category(category, key, policy.standard, tables)
        for name in (category.name, *category.aliases):
            if spelling(name) in seen:
                raise tables.error(f"{key}.name", f"名称“{name}”已用于“{seen[spelling(name)]}”")
            seen[spelling(name)] = category.name
        object.__setattr__(category, "subsidy", _subsidy(category, policy.standard))
        object.__setattr__(category, "order", n)
    _check_named_categories(policy, tables)


def _check_category(category: Category, key: str, standard: Decimal, tables: Tables) -> None:
    """What one category says about itself."""
    ways = [way for way in WAYS if getattr(category, way) not in (None, False)]
    if len(ways) != 1:
        says = f"“{category.name}”要写且只写一种资助办法（{'、'.join(WAYS)}），现在是：{'、'.join(ways) or '没有'}"
        raise tables.error(key, says)
    if (category.fund is None) != (ways[0] in ("nothing", "not_set")):
        raise tables.error(f"{key}.fund", "有资助就要写明资金来源，没有资助或未定的不写")
    if len(category.name) > LONGEST_CATEGORY:
        raise tables.error(f"{key}.name", f"类别名称最多 {LONGEST_CATEGORY} 个字")
    if len(category.fund or "") > LONGEST_FUND:
        raise tables.error(f"{key}.fund", f"资金来源最多 {LONGEST_FUND} 个字")
    if category.under_years is not None and not 1 <= category.under_years <= 18:
        raise tables.error(f"{key}.under_years", f"应在 1 到 18 之间，现在是 {category.under_years}")
    if category.percent is not None and not 0 < category.percent <= 100:
        raise tables.error(f"{key}.percent", "百分数应大于 0、不超过 100")
    if category.amount is not None and not 0 < category.amount <= standard:
        raise tables.error(f"{key}.amount", f"资助金额应大于 0、不超过个人缴费标准 {standard}")
    if (category.born_from is None) != (category.under_years is None):
        raise tables.error(key, "按年龄资助的类别要同时写 born_from 和 under_years")


def _check_named_categories(policy: "Policy", tables: Tables) -> None:
    """A category that another part of the file names must be one of the file's."""
    known = {c.name for c in policy.categories}
    exempt = policy.benefits.waiting.exempt
    named = [("benefits.waiting.exempt.categories", exempt.categories)] if exempt else []
    named += [(f"categories[{n}].requires_any", c.requires_any) for n, c in enumerate(policy.categories)]
    named += [(f"ambiguous[{n}].means", a.means) for n, a in enumerate(policy.ambiguous)]
    for key, names in named:
        for name in names:
            if name not in known:
                raise tables.error(key, f"没有名为“{name}”的类别")


def _subsidy(category: Category, standard: Decimal) -> Decimal | None:
    if category.full:
        return standard
    if category.percent is not None:
        return (standard * category.percent / 100).quantize(CENT, ROUND_HALF_UP)
    if category.nothing:
        return Decimal("0.00")
    return category.amount
