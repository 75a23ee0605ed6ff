from django.core.management.base import BaseCommand, CommandError

from core.audit import services as audit
from subsidies.campaigns.services import open_campaign
from subsidies.policy.schema import PolicyError


class Command(BaseCommand):
    help = "Regions, policy and campaign into a migrated database; safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("policy", help="county and year, e.g. 411325-2025")

    def handle(self, *, policy, **options):
        with audit.source("命令 open_campaign"):
            try:
                campaign, opened = open_campaign(policy_id=policy)
            except (PolicyError, ValueError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{campaign} {'已开始' if opened else '已经在进行'}")
