"""Who a team lacks, and what a bulletin says of talks and orders. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reporting.progress.goals import percent

#: 内政办〔2024〕 五（二）1: the team for coordination has at least six people: one leader, two who review, three who
#: record.
TEAM_SIZE = 6
TEAM_NEEDS = (("head", "副科级以上领导", 1), ("reviewer", "审核人员", 2), ("recorder", "电子信息录入人员", 3))


def team_lacks(ranks: Iterable[str]) -> list[str]:
    """What a coordination team with these posts still needs; empty where it is complete."""
    held = Counter(ranks)
    lacks = [f"{label}还差 {need - held[rank]} 人" for rank, label, need in TEAM_NEEDS if held[rank] < need]
    if not lacks and held.total() < TEAM_SIZE:
        lacks.append(f"共 {held.total()} 人，还差 {TEAM_SIZE - held.total()} 人")
    return lacks


@dataclass(frozen=True)
class MeasureFacts:
    """One talk or order, with the words a bulletin uses."""

    township: str
    kind: str
    on: date
    person: str
    text: str
    deadline: date | None = None


@dataclass(frozen=True)
class BulletinStanding:
    """How a township stood in a bulletin, in people."""

    done: int
    task: int | None
    rank: int | None

    @property
    def rate(self) -> str:
        return percent(self.done, self.task) if self.task else "—"


def measures_text(measures: Sequence[MeasureFacts]) -> list[str]:
    """One paragraph a measure, as the office writes it into the bulletin."""
    return [
        f"{one.on.month}月{one.on.day}日，对{one.township}{one.person}进行{one.kind}：{one.text.rstrip('。')}"
        + (f"，{one.deadline.month}月{one.deadline.day}日前落实到位。" if one.deadline else "。")
        for one in measures
    ]


def after_a_week(measure: MeasureFacts, before: BulletinStanding, now: BulletinStanding) -> str:
    """What changed since the bulletin in which the measure stood."""
    says = f"上期{measure.kind}的{measure.township}，完成人数"
    if now.done == before.done:
        says += f"仍为{now.done:,}人"
    else:
        says += f"由{before.done:,}人{'增' if now.done > before.done else '降'}至{now.done:,}人"
    if before.task and now.task:
        says += f"，完成率{'仍为' if now.rate == before.rate else f'由{before.rate}变为'}{now.rate}"
    return f"{says}。"
