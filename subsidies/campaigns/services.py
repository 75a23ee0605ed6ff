from collections.abc import Iterable

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import load_regions, read_regions
from subsidies.campaigns.hooks import report_adopted, report_opened
from subsidies.campaigns.models import Campaign
from subsidies.policy import policies
from subsidies.policy.editing import overlapping
from subsidies.policy.models import PolicyVersion


def open_campaign(*, policy_id: str, actor: User | None = None) -> tuple[Campaign, bool]:
    """Regions, policy and campaign for e.g. "411325-2025", all on file here; else as `open_year`."""
    return open_year(policy=policies.load(policy_id), regions=read_regions(), actor=actor)


@transaction.atomic
def open_year(
    *, policy: policies.Policy, regions: Iterable[dict[str, str]], actor: User | None = None
) -> tuple[Campaign, bool]:
    """Load the county's regions, keep its policy and open its year; safe to repeat. Return (campaign, opened now).

    Raise policies.PolicyError for a policy that is not there or not right or overlaps another year, and ValueError
    where the campaign runs with another version of its policy already.
    """
    load_regions(rows=regions, actor=actor, county_code=policy.county_code)
    county, _ = Region.objects.get_or_create(
        code=policy.county_code, defaults={"name": policy.county_name, "level": Region.Level.COUNTY}
    )
    others = Campaign.objects.filter(county=county).exclude(year=policy.year).select_related("policy_version")
    if clash := overlapping(policy, tuple(other.policy for other in others)):
        raise clash
    version = keep_version(policy)
    campaign, opened = Campaign.objects.get_or_create(
        county=county, year=policy.year, defaults={"policy_version": version, "opened_at": clock.now()}
    )
    if opened:
        summary = f"开始{campaign}"
        audit.record("campaign.open", actor=actor, obj=campaign, summary=summary, after={"policy": policy.hash})
    elif campaign.policy_version_id != policy.hash:
        raise ValueError(
            f"{campaign}正在用政策版本 {campaign.policy_version_id[:8]}，文件已变成 {policy.hash[:8]}。"
            f"请由{county.county_word}医保局在“政策口径”页登记新版本后再用。"
        )
    report_opened(campaign, actor)
    return campaign, opened


def keep_version(policy: policies.Policy) -> PolicyVersion:
    """The stored version of this policy text."""
    version, _ = PolicyVersion.objects.get_or_create(
        hash=policy.hash, defaults={"policy_id": policy.id, "text": policy.text, "loaded_at": clock.now()}
    )
    return version


def changed_policies() -> list[tuple[Campaign, policies.Policy]]:
    """The open campaigns whose policy file no longer is the version they run on, with what the file says now."""
    running = Campaign.objects.filter(closed_at__isnull=True).select_related("county", "policy_version")
    return [(campaign, rules) for campaign in running if (rules := new_version(campaign))]


def new_version(campaign: Campaign) -> policies.Policy | None:
    """What the campaign's policy file says now, if that is not the version it runs on; None too if it is bad."""
    try:
        rules = policies.read(campaign.policy_version.policy_id)
    except policies.PolicyError:
        return None
    return rules if rules.hash != campaign.policy_version_id else None


@transaction.atomic
def adopt_version(*, campaign: Campaign, expected: str, reason: str, actor: User) -> PolicyVersion:
    """From now on the campaign runs on what its policy file says now, which must be the version `expected` (its hash).

    What was quoted before keeps the version it was quoted with, until an officer confirms what changes for it.
    Raises Refused.
    """
    campaign = Campaign.objects.select_for_update().select_related("county").get(pk=campaign.pk)
    if not campaign.is_open:
        raise Refused(f"{campaign}已办结，政策不能再改。")
    if not reason.strip():
        raise Refused("请写明采用新版本的原因，例如上级文件的文号。")
    rules = policies.read(campaign.policy_version.policy_id)
    if rules.hash == campaign.policy_version_id:
        return campaign.policy_version
    if rules.hash != expected:
        raise Refused("政策文件刚刚又改过，与页面上看到的不一样，请重新核对后再采用。")
    before = campaign.policy_version_id
    campaign.policy_version = keep_version(rules)
    campaign.save(update_fields=["policy_version"])
    audit.record(
        "policy.adopt",
        actor=actor,
        obj=campaign,
        summary=f"{campaign}采用政策新版本：{reason.strip()}",
        before={"policy": before},
        after={"policy": rules.hash},
    )
    report_adopted(campaign, actor)
    return campaign.policy_version


def lock_campaign(campaign: Campaign) -> None:
    """Lock the campaign row: writers who number or set something for the whole campaign come one after another."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
