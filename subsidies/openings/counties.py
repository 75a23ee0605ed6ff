"""新县接入: a county that the installation does not know yet, from a policy file and a file of its villages.

The system officer of a county that is there asks, its security officer lets it in: then the regions are loaded, the
new county's three officers get their first passwords, and its year waits to be prepared and opened by its own bureau.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from config import clock
from core.access.roles import OFFICERS, Role
from core.accounts.models import User
from core.accounts.services import IssuedAccount, create_first_officers
from core.audit import services as audit
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import RegionNames
from core.regions.services import load_regions
from core.tables import reader
from core.text import required_text
from subsidies.campaigns.proposals import start_proposal
from subsidies.openings.models import NewCounty
from subsidies.openings.village_list import VillageListComparison, compare, read_villages, village_table
from subsidies.policy.editing import parse_any
from subsidies.policy.policies import Policy
from subsidies.policy.schema import PolicyError

State = NewCounty.State


@dataclass(frozen=True)
class CountyFiles:
    """The policy and the villages of a new county, as its two files give them."""

    policy: Policy
    villages: VillageListComparison

    @property
    def counts(self) -> tuple[int, int]:
        """How many townships and villages."""
        kinds = [change.kind for change in self.villages.changes]
        return kinds.count("township"), kinds.count("added")

    def rows(self) -> list[dict[str, str]]:
        """The villages as regions are loaded: one row a village with its township and county."""
        townships = {one.code: one.name for one in self.villages.changes if one.kind == "township"}
        return [
            {
                "county_code": self.policy.county_code,
                "county": self.policy.county_name,
                "township_code": one.code[:9],
                "township": townships[one.code[:9]],
                "village_code": one.code,
                "village": one.name,
            }
            for one in self.villages.changes
            if one.kind == "added"
        ]


def read_county(*, policy: Path, villages: Path) -> CountyFiles:
    """Read both files, of which the policy names the county. Raise Refused, which names the file."""
    try:
        rules = parse_any(policy.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("政策文件应是 UTF-8 编码的文本，请另存后重新上传。", "policy") from None
    except PolicyError as error:
        raise Refused(f"政策文件不能用：{error}。请改正后重新上传。", "policy") from None
    try:
        rows = read_villages(reader.stream(villages, limits=reader.VILLAGE_LEDGER), village_table())
    except reader.SheetError as error:
        raise Refused(str(error), "villages") from None
    found = compare(rows, county=rules.county_code, standing={}, townships={}, names=RegionNames([]))
    if found.bad:
        first = found.bad[0]
        raise Refused(f"村名单第 {first.number} 行：{first.problems[0]}（共 {len(found.bad)} 行有问题）", "villages")
    return CountyFiles(rules, found)


@transaction.atomic
def ask_for_county(
    *, home: Region, policy: Attachment, villages: Attachment, officers: dict[str, str], actor: User
) -> NewCounty:
    """Ask for a county to be let in. Raise Refused for files that are not right and a county that is there already."""
    if actor.role != Role.SYSTEM:
        raise Refused("新县由系统管理员申请接入。")
    files = read_county(policy=Path(policy.file.path), villages=Path(villages.file.path))
    code, name = files.policy.county_code, files.policy.county_name
    if Region.objects.filter(pk=code).exists():
        raise Refused(f"{name}（{code}）已经接入，新年度请由当地医保局在“征缴年度”准备。", "policy")
    names = {role: required_text(officers.get(role), Role(role).label + "的姓名", 40) for role in sorted(OFFICERS)}
    try:
        with transaction.atomic():
            asked = NewCounty.objects.create(
                county=home,
                code=code,
                name=name,
                policy_file=policy,
                village_file=villages,
                officers=names,
                requested_by=actor,
                requested_at=clock.now(),
            )
    except IntegrityError:
        raise Refused(f"{name}（{code}）已有接入申请，正等安全管理员确认。", "policy") from None
    townships, count = files.counts
    summary = f"申请接入{asked}：{townships} 个乡镇、{count} 个村"
    audit.record("campaign.ask_county", actor=actor, obj=asked, summary=summary, after={"policy": files.policy.hash})
    return asked


@transaction.atomic
def decide_county(*, asked: NewCounty, accept: bool, reason: str, actor: User) -> list[IssuedAccount]:
    """Let a county in, or not; return its three officers' first passwords. Raise Refused; decided once."""
    if actor.role != Role.SECURITY:
        raise Refused("新县接入由安全管理员确认。")
    asked = NewCounty.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if asked.state != State.WAITING:
        raise Refused(f"这项申请{asked.get_state_display()}，不用再办。")
    asked.decided_by, asked.decided_at = actor, clock.now()
    if not accept:
        asked.state, asked.reason = State.REFUSED, required_text(reason, "不同意的原因", 200)
        asked.save()
        audit.record("campaign.refuse_county", actor=actor, obj=asked, summary=f"不同意接入{asked}：{asked.reason}")
        return []
    asked.state = State.CONFIRMED
    asked.save()
    files = read_county(policy=Path(asked.policy_file.file.path), villages=Path(asked.village_file.file.path))
    if Region.objects.filter(pk=asked.code).exists():
        raise Refused(f"{asked}已经接入。")
    load_regions(rows=files.rows(), actor=actor)
    county = Region.objects.get(pk=asked.code)
    issued = create_first_officers(county=county, names=asked.officers, actor=actor)
    start_proposal(county=county, text=files.policy.text, name=f"{files.policy.year}年度开征", actor=asked.requested_by)
    audit.record("campaign.let_in_county", actor=actor, obj=asked, summary=f"接入{asked}，建立三员账号")
    return issued
