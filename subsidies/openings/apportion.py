"""The rule by which tasks are proposed: last year's insured, brought to the county's head count where one is given."""

from collections.abc import Mapping

#: What the page says of the rule.
BY_LAST_YEAR = "各村任务 = 上年参保人数（不低于上年）。"
BY_REGISTER = "没有上一年度：各村任务 = 在册人数 × 总体目标，四舍五入。"


def by_county_task(people: int, word: str) -> str:
    """The rule in words where the county (`word`: 县, 区 or 市) has a head count to reach."""
    return f"全{word}任务 {people} 人（政策文件），按各村上年参保人数同比例分解，取整后的尾数依次分给小数部分最大的村。"


def apportion(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """Share a total out by the weights, so that the shares add up to it: largest remainders, then the lower code.

    Where nobody weighs anything, everybody gets nothing.
    """
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    shares = {code: total * weight // whole for code, weight in weights.items()}
    rest = total - sum(shares.values())
    by_remainder = sorted(weights, key=lambda code: (-(total * weights[code] % whole), code))
    for code in by_remainder[:rest]:
        shares[code] += 1
    return shares
