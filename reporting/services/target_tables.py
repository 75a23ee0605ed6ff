"""The tasks of all villages in one table: as they are, what an uploaded table would change, and setting them by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reporting.services.counting import tasks_at, tree_at
from reporting.services.progress import view_now
from residents import sheets
from residents.models import Attachment, Region
from residents.services.register import village_names
from subsidies.models import Campaign
from subsidies.services.targets import TargetRefused, set_targets
from subsidies.target_sheet import Line, read_targets


@dataclass
class Change:
    """A township or village: its task now, as the file has it, and the township's own task (None: not set)."""

    region: Region
    before: int | None
    after: int | None
    own: int | None = None


@dataclass
class Preview:
    """What a table would change. `silent`: villages of which it says nothing; `same`: how many keep their task."""

    bad: list[Line]
    townships: list[Change]
    villages: list[Change]
    silent: list[Region]
    same: int

    @property
    def before(self) -> int:
        return sum(one.before for one in self.townships)

    @property
    def after(self) -> int:
        return sum(one.after for one in self.townships)


def present_tasks(*, campaign: Campaign) -> Iterator[tuple[str, str, str, int | None]]:
    """(code, township, village, task) of every village, in the order of the codes."""
    tree, tasks = _now(campaign)
    for township in tree.townships:
        for village in tree.villages_of(township.code):
            yield village.code, township.name, village.name, tasks.get(village.code)


def read(table: Attachment, *, campaign: Campaign) -> list[Line]:
    """The rows of an uploaded table. Raises SheetError."""
    return read_targets(sheets.read(Path(table.file.path)), village_names(campaign.county_id))


def preview(*, campaign: Campaign, lines: list[Line]) -> Preview:
    """What `set_from_table` would do with these rows; writes nothing."""
    tree, tasks = _now(campaign)
    told = {line.code: line.people for line in lines if line.people is not None and not line.problems}
    after = {**tasks, **told}
    townships, villages, silent = [], [], []
    for township in tree.townships:
        codes = tree.villages_of(township.code)
        sums = [sum(figures.get(one.code) or 0 for one in codes) for figures in (tasks, after)]
        townships.append(Change(township, *sums, own=tasks.get(township.code)))
        villages += [
            Change(one, tasks.get(one.code), told[one.code]) for one in codes
            if one.code in told and told[one.code] != tasks.get(one.code)
        ]
        silent += [one for one in codes if one.code not in told]
    bad = [line for line in lines if line.problems]
    return Preview(bad, townships, villages, silent, same=len(told) - len(villages))


def set_from_table(*, table: Attachment, campaign: Campaign, source: str, actor) -> int:
    """Sets the tasks of a table, whole or not at all; returns how many villages changed. Raises TargetRefused."""
    lines = read(table, campaign=campaign)
    if any(line.problems for line in lines):
        raise TargetRefused("任务表还有问题，没有保存。请改好后重新上传。")
    people = {line.code: line.people for line in lines if line.people is not None}
    return set_targets(campaign=campaign, people=people, source=source, actor=actor)


def _now(campaign):
    now = view_now(campaign).as_of
    return tree_at(campaign, now), tasks_at(campaign, now)
