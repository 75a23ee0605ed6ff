from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.villages.moves import move_village
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class Command(BaseCommand):
    help = "把一个村划入另一个乡镇：move_village 411325101200 411325102 411325102299 --policy 411325-2025"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("village", help="现在的 12 位代码")
        parser.add_argument("township", help="划入乡镇的 9 位代码")
        parser.add_argument("code", help="新的 12 位代码")
        parser.add_argument("--policy", required=True, help="例如 411325-2025")

    def handle(self, *, village: str, township: str, code: str, policy: str, **options: Any) -> None:
        county, _, year = policy.partition("-")
        try:
            campaign = Campaign.objects.select_related("county").get(county_id=county, year=year)
            places = Region.objects.in_bulk([village, township])
            moving, above = places[village], places[township]
        except (Campaign.DoesNotExist, KeyError, ValueError) as error:
            raise CommandError("没有这个区划或征缴年度，请核对代码。") from error
        try:
            with audit.source("命令 move_village"):
                moved = move_village(campaign=campaign, village=moving, township=above, code=code, actor=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{moved.name}已划入{above.name}，新代码 {moved.code}。")
