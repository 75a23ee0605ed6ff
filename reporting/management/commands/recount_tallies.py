"""Hold every year's tallies against its contributions, and count anew what differs.

What was counted while a tally was wrong and is not published yet is counted again with what is known now, beside the
snapshot that is there. Safe to repeat. Prints a line a year; exit 0.
"""

from typing import Any

from django.core.management.base import BaseCommand

from collection.tallies.services import named_villages, recount_tallies
from reporting.rankings.snapshots import rebuild_miscounted
from subsidies.campaigns.models import Campaign


class Command(BaseCommand):
    help = "核对各村计数与缴费记录，不一致的按缴费记录重新计数。"

    def handle(self, *args: Any, **options: Any) -> None:
        for campaign in Campaign.objects.select_related("county", "policy_version").order_by("pk"):
            codes = recount_tallies(campaign=campaign, actor=None)
            again = rebuild_miscounted(campaign=campaign)
            answer = f"{named_villages(codes)}已重新计数" if codes else "计数与缴费记录一致"
            answer += f"，重新统计待发布的 {len(again)} 期" if again else ""
            self.stdout.write(f"{campaign}：{answer}。")
