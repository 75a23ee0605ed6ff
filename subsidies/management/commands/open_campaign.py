from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.audit import services as audit
from core.refusals import Refused
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import open_campaign, open_year
from subsidies.openings.counties import read_county
from subsidies.policy.schema import PolicyError


class Command(BaseCommand):
    help = "Regions, policy and campaign into a migrated database; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("policy", help="county and year, e.g. 411325-2025, or a policy file of your own")
        parser.add_argument("--villages", type=Path, help="the county's villages, for a policy file of your own")

    def handle(self, *, policy: str, villages: Path | None, **options: object) -> None:
        with audit.source("命令 open_campaign"):
            try:
                campaign, opened = self._open(policy, villages)
            except (PolicyError, ValueError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{campaign} {'已开始' if opened else '已经在进行'}")

    def _open(self, policy: str, villages: Path | None) -> tuple[Campaign, bool]:
        if villages is None:
            return open_campaign(policy_id=policy)
        for path in (Path(policy), villages):
            if not path.is_file():
                raise Refused(f"没有文件 {path}")
        files = read_county(policy=Path(policy), villages=villages)
        return open_year(policy=files.policy, regions=files.rows())
