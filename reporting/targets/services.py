"""The tasks of all villages from a table: what it would change, and setting it, whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path

from core.accounts.models import User
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from core.regions.selectors import region_names
from core.tables import reader
from core.tables.lists import ListNote
from reporting.progress.counting import tasks_at, tree_at
from reporting.progress.selectors import cutoff_now
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.target_sheet import TargetLine, read_targets, task_table
from subsidies.campaigns.targets import set_targets


@dataclass
class TargetChange:
    """A township or village: its task now, as the table has it, and the township's own task (None: not set)."""

    region: Region
    before: int | None
    after: int | None
    own: int | None = None


@dataclass
class TargetsPreview:
    """What a table would do: the lines with problems, each township's sum, each changed village, the villages it says
    nothing of, in how many villages nothing changes, and what is to be said about the file."""

    bad: list[TargetLine]
    townships: list[TargetChange]
    villages: list[TargetChange]
    silent: list[Region]
    same: int
    notes: list[ListNote] = field(default_factory=list)

    @property
    def before(self) -> int:
        return sum(one.before or 0 for one in self.townships)

    @property
    def after(self) -> int:
        return sum(one.after or 0 for one in self.townships)


def preview_targets(*, campaign: Campaign, table: Attachment) -> TargetsPreview:
    """Reads a table beside the tasks in force. Raises SheetError."""
    lines, notes = read_table(campaign, table)
    now = cutoff_now(campaign).as_of
    tree, tasks = tree_at(campaign, now), tasks_at(campaign, now)
    told = {line.code: line.people for line in lines if line.people is not None and not line.problems}
    after = {**tasks, **told}
    townships, villages, silent = [], [], []
    for township in tree.townships:
        places = tree.villages_of(township.code)
        before, then = (sum(figures.get(one.code) or 0 for one in places) for figures in (tasks, after))
        townships.append(TargetChange(township, before, then, own=tasks.get(township.code)))
        villages += [
            TargetChange(one, tasks.get(one.code), told[one.code])
            for one in places
            if one.code in told and told[one.code] != tasks.get(one.code)
        ]
        silent += [one for one in places if one.code not in told]
    bad = [line for line in lines if line.problems]
    return TargetsPreview(bad, townships, villages, silent, same=len(told) - len(villages), notes=notes)


def set_targets_from_table(*, campaign: Campaign, table: Attachment, source: str, actor: User) -> int:
    """Sets what the preview showed; returns how many villages changed. Raises Refused if a line has a problem."""
    lines, _ = read_table(campaign, table)
    if any(line.problems for line in lines):
        raise Refused("任务表还有问题，没有保存。请改好后重新上传。")
    people = {line.code: line.people for line in lines if line.people is not None}
    return set_targets(campaign=campaign, people=people, source=source, actor=actor)


def read_table(campaign: Campaign, table: Attachment) -> tuple[list[TargetLine], list[ListNote]]:
    """Return the lines of a kept table and what is to be said about the file. Raise SheetError."""
    tasks = task_table()
    pieces = reader.stream(Path(table.file.path), limits=reader.VILLAGE_LEDGER)
    lines = read_targets(pieces, region_names(campaign.county_id), tasks)
    return lines, tasks.notes()
