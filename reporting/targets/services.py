"""The tasks of all villages from a table: what it would change, and setting it, whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from reporting.progress.counting import tasks_at, tree_at
from reporting.progress.selectors import cutoff_now
from residents.register.selectors import village_names
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.target_sheet import Line, read_targets
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
    nothing of, and in how many villages nothing changes."""

    bad: list[Line]
    townships: list[TargetChange]
    villages: list[TargetChange]
    silent: list[Region]
    same: int

    @property
    def before(self) -> int:
        return sum(one.before for one in self.townships)

    @property
    def after(self) -> int:
        return sum(one.after for one in self.townships)


def preview_targets(*, campaign: Campaign, table: Attachment) -> TargetsPreview:
    """Reads a table beside the tasks in force. Raises SheetError."""
    lines = _read(campaign, table)
    now = cutoff_now(campaign).as_of
    tree, tasks = tree_at(campaign, now), tasks_at(campaign, now)
    told = {line.code: line.people for line in lines if line.people is not None and not line.problems}
    after = {**tasks, **told}
    townships, villages, silent = [], [], []
    for township in tree.townships:
        places = tree.villages_of(township.code)
        sums = [sum(figures.get(one.code) or 0 for one in places) for figures in (tasks, after)]
        townships.append(TargetChange(township, *sums, own=tasks.get(township.code)))
        villages += [
            TargetChange(one, tasks.get(one.code), told[one.code])
            for one in places
            if one.code in told and told[one.code] != tasks.get(one.code)
        ]
        silent += [one for one in places if one.code not in told]
    bad = [line for line in lines if line.problems]
    return TargetsPreview(bad, townships, villages, silent, same=len(told) - len(villages))


def set_targets_from_table(*, campaign: Campaign, table: Attachment, source: str, actor) -> int:
    """Sets what the preview showed; returns how many villages changed. Raises Refused if a line has a problem."""
    lines = _read(campaign, table)
    if any(line.problems for line in lines):
        raise Refused("任务表还有问题，没有保存。请改好后重新上传。")
    people = {line.code: line.people for line in lines if line.people is not None}
    return set_targets(campaign=campaign, people=people, source=source, actor=actor)


def _read(campaign, table) -> list[Line]:
    return read_targets(reader.read(Path(table.file.path)), village_names(campaign.county_id))
