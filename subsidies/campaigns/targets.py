"""Setting tasks: how many people a village or a township must bring in, with the history that rankings count by."""

from collections.abc import Mapping

from django.db import transaction

from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign, Target, TargetEntry
from subsidies.campaigns.watermark import next_timestamp


@transaction.atomic
def set_targets(*, campaign: Campaign, people: Mapping[str, int | None], source: str, actor: User | None) -> int:
    """Sets the tasks of townships or villages (code → people; None takes the task away). Returns how many changed.

    Zero is kept as written: such a region is shown without a rank. Setting the same again changes nothing.
    """
    moment = next_timestamp(campaign_id=campaign.pk)
    known = dict(
        Region.objects.in_region(campaign.county_id).exclude(code=campaign.county_id).values_list("code", "name")
    )
    if strangers := sorted(code for code in people if code not in known):
        raise Refused(f"区划代码不在{campaign.county.name}：{'、'.join(strangers[:5])}。请核对任务表。")
    if wrong := sorted(code for code, count in people.items() if count is not None and not 0 <= count <= 10_000_000):
        raise Refused(f"{known[wrong[0]]}的任务数 {people[wrong[0]]} 不对，应是 0 以上的整数。")
    present = Target.objects.filter(campaign=campaign, region_id__in=list(people))
    before = dict(present.values_list("region_id", "people"))
    changed = {code: count for code, count in people.items() if before.get(code) != count}
    if not changed:
        return 0
    TargetEntry.objects.bulk_create(
        [
            TargetEntry(campaign=campaign, region_id=code, people=count, source=source, set_at=moment)
            for code, count in sorted(changed.items())
        ]
    )
    Target.objects.filter(campaign=campaign, region_id__in=[c for c, n in changed.items() if n is None]).delete()
    Target.objects.bulk_create(
        [
            Target(campaign=campaign, region_id=code, people=count, source=source)
            for code, count in sorted(changed.items())
            if count is not None
        ],
        update_conflicts=True,
        unique_fields=["campaign", "region"],
        update_fields=["people", "source"],
    )
    audit.record(
        "target.set",
        actor=actor,
        obj=campaign,
        summary=f"下达征缴任务 {len(changed)} 个单位（{source}）",
        before={code: before.get(code) for code in changed},
        after=changed,
    )
    return len(changed)
