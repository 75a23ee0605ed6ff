"""A policy prepared on a page: for a year that is to be opened, or as a new version of one that runs.

One person prepares it and may leave it and take it up again; another puts it into force. Until then nothing changes.
"""

from collections.abc import Callable
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files.services import store
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region
from core.text import clean_text, required_text
from subsidies.campaigns.hooks import carry_out_prepared, report_adopted, report_opened
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.campaigns.services import keep_version
from subsidies.policy import editing
from subsidies.policy.policies import Policy
from subsidies.policy.schema import PolicyError

State = PolicyProposal.State


@transaction.atomic
def start_proposal(*, county: Region, text: str, name: str, actor: User) -> PolicyProposal:
    """Take up a policy text for the county: a year to be opened, or a version of an open one. Raise Refused.

    The same text again is the proposal that is there; another one for a year that somebody prepares already is refused.
    """
    lock_region(county)
    name = required_text(name, "名称", 60)
    policy = _checked(text, county)
    running = Campaign.objects.filter(county=county, year=policy.year).select_related("policy_version").first()
    if running and not running.is_open:
        raise Refused(f"{running}已办结，政策不能再改。")
    waiting = PolicyProposal.objects.filter(county=county, year=policy.year, state=State.DRAFT)
    if same := waiting.filter(text=policy.text).first():
        return same
    if running is None and (other := waiting.select_related("created_by").first()):
        raise Refused(f"{policy.year}年度已由{other.created_by}在准备（“{other.name}”），请接着办理，不要另开一份。")
    proposal = PolicyProposal.objects.create(
        county=county,
        year=policy.year,
        name=name,
        text=policy.text,
        base_id=_base_of(county, policy.year),
        created_by=actor,
        created_at=clock.now(),
        changed_by=actor,
        changed_at=clock.now(),
    )
    audit.record("policy.propose", actor=actor, obj=proposal, summary=f"准备{proposal}", after={"policy": policy.hash})
    return proposal


@transaction.atomic
def change_category(
    *,
    proposal: PolicyProposal,
    category: str,
    way: str,
    value: Decimal | None,
    fund: str,
    document: str,
    file: "File[bytes] | None",
    actor: User,
) -> PolicyProposal:
    """Set what a category gets, on the document that says so; the document is kept. Raise Refused."""
    proposal = _locked(proposal)
    policy = proposal.policy
    if policy.category(category) is None:
        raise Refused(f"没有“{category}”这个类别。", "category")
    if way in ("amount", "percent") and value is None:
        raise Refused("请填写金额或百分数。", "value")
    if way != "nothing":
        fund = required_text(fund, "资金来源", 30)
    document = required_text(document, "依据的文件名称和文号", 120)

    def edit() -> Policy:
        return editing.set_category(policy, category, way=way, value=value, fund=fund, document=document)

    return _change(proposal, edit, document, file, actor)


@transaction.atomic
def change_standard(
    *, proposal: PolicyProposal, amount: Decimal, document: str, file: "File[bytes] | None", actor: User
) -> PolicyProposal:
    """Set the fee a person, on the document that says so. Raise Refused."""
    proposal = _locked(proposal)
    policy = proposal.policy
    document = required_text(document, "依据的文件名称和文号", 120)
    return _change(proposal, lambda: editing.set_standard(policy, amount, document=document), document, file, actor)


@transaction.atomic
def decide_reading(
    *, proposal: PolicyProposal, key: str, document: str, file: "File[bytes] | None", actor: User
) -> None:
    """Let a reading of ours rest on the document that decides it: from then on it is a rule. Raise Refused."""
    proposal = _locked(proposal)
    policy = proposal.policy
    if key not in dict(policy.assumed_at):
        raise Refused("这一项已经明确，或者没有这一项，请刷新页面。")
    document = required_text(document, "依据的文件名称和文号", 120)
    _change(proposal, lambda: editing.decide(policy, key, document=document), document, file, actor)


@transaction.atomic
def replace_text(
    *, proposal: PolicyProposal, text: str, document: str, file: "File[bytes] | None", actor: User
) -> None:
    """Take another text of the policy for the same year, for what no form here changes. Raise Refused."""
    proposal = _locked(proposal)
    document = required_text(document, "依据的文件名称和文号", 120)
    policy = _checked(text, proposal.county)
    if policy.year != proposal.year:
        raise Refused(f"这是{policy.year}年度的政策文件，正在准备的是{proposal.year}年度。", "file")
    _change(proposal, lambda: policy, document, file, actor)


@transaction.atomic
def put_into_force(*, proposal: PolicyProposal, seen: str, actor: User, unfinished: str = "") -> Campaign:
    """Open the year with all that was prepared for it, or adopt the version. Raise Refused.

    `seen` is the hash of the text the officer read; `unfinished` says why the year opens although a step is not
    confirmed. Another person than those who prepared it; done twice it is the same campaign.
    """
    lock_region(proposal.county)
    proposal = PolicyProposal.objects.select_for_update().select_related("county").get(pk=proposal.pk)
    if proposal.state == State.APPLIED:
        return Campaign.objects.get(county=proposal.county_id, year=proposal.year)
    if proposal.state != State.DRAFT:
        raise Refused(f"{proposal}{proposal.get_state_display()}，不能再启用。")
    if actor.pk in (proposal.created_by_id, proposal.changed_by_id):
        raise Refused(f"准备或修改过的人不能自己启用，请由{actor.county_word}医保局另一位经办人核对后启用。")
    policy = _checked(proposal.text, proposal.county)
    if policy.hash != seen:
        raise Refused("口径刚刚又改过，与页面上看到的不一样，请重新核对后再启用。")
    proposal.unfinished = clean_text(unfinished, "没有确认完就开征的原因", 200)
    version = keep_version(policy)
    campaign = Campaign.objects.select_for_update(of=("self",)).filter(county=proposal.county, year=policy.year).first()
    if campaign is None:
        campaign = Campaign.objects.create(
            county=proposal.county, year=policy.year, policy_version=version, opened_at=clock.now()
        )
        _record(campaign, "campaign.open", f"开始{campaign}", None, policy, actor)
        carry_out_prepared(proposal, campaign, actor)
    elif not campaign.is_open:
        raise Refused(f"{campaign}已办结，政策不能再改。")
    else:
        before, campaign.policy_version = campaign.policy_version_id, version
        campaign.save(update_fields=["policy_version"])
        _record(campaign, "policy.adopt", f"{campaign}采用政策新版本：{proposal.name}", before, policy, actor)
        report_adopted(campaign, actor)
    report_opened(campaign, actor)
    _settle(proposal, State.APPLIED, actor)
    return campaign


@transaction.atomic
def drop_proposal(*, proposal: PolicyProposal, actor: User) -> None:
    """Give a proposal up; what was prepared stays to be read. Raise Refused."""
    proposal = _locked(proposal)
    _settle(proposal, State.DROPPED, actor)
    audit.record("policy.drop", actor=actor, obj=proposal, summary=f"放弃{proposal}")


def _checked(text: str, county: Region) -> Policy:
    """Return the policy in the text if it can be this county's, beside its other years. Raise Refused."""
    try:
        policy = editing.parse_any(text)
    except PolicyError as error:
        raise Refused(f"政策文件不能用：{error}。请改正后重新上传。", "file") from None
    if policy.county_code != county.pk:
        raise Refused(f"这是{policy.county_name}（{policy.county_code}）的政策文件，不是{county.name}的。", "file")
    others = Campaign.objects.filter(county=county).exclude(year=policy.year).select_related("policy_version")
    if clash := editing.overlapping(policy, tuple(campaign.policy for campaign in others)):
        raise Refused(f"征缴期与另一年度重叠：{clash.says}。请核对征缴期。", "file")
    return policy


def _base_of(county: Region, year: int) -> str | None:
    """The version to compare with: the one that runs, or that of the year before."""
    rows = Campaign.objects.filter(county=county, year__lte=year).order_by("-year")
    return rows.values_list("policy_version_id", flat=True).first()


def _locked(proposal: PolicyProposal) -> PolicyProposal:
    proposal = PolicyProposal.objects.select_for_update(of=("self",)).select_related("county").get(pk=proposal.pk)
    if proposal.state != State.DRAFT:
        raise Refused(f"{proposal}{proposal.get_state_display()}，不能再改。")
    return proposal


def _change(
    proposal: PolicyProposal, edit: Callable[[], Policy], document: str, file: "File[bytes] | None", actor: User
) -> PolicyProposal:
    before = proposal.policy.hash
    try:
        policy = edit()
    except PolicyError as error:
        raise Refused(f"不能这样改：{error.says}。") from None
    attachment = file and store(file=file, name=file.name or "", kind="policy", region=proposal.county_id, actor=actor)
    proposal.text, proposal.changed_by, proposal.changed_at = policy.text, actor, clock.now()
    proposal.save(update_fields=["text", "changed_by", "changed_at"])
    audit.record(
        "policy.change",
        actor=actor,
        obj=proposal,
        summary=f"修改{proposal}（{document}）",
        before={"policy": before},
        after={"policy": policy.hash, "file": str(attachment.pk) if attachment else None},
    )
    return proposal


def _settle(proposal: PolicyProposal, state: str, actor: User) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at = state, actor, clock.now()
    proposal.save(update_fields=["state", "settled_by", "settled_at", "unfinished"])


def _record(campaign: Campaign, action: str, summary: str, before: str | None, policy: Policy, actor: User) -> None:
    audit.record(
        action, actor=actor, obj=campaign, summary=summary, before={"policy": before}, after={"policy": policy.hash}
    )
