"""The demo county before anything is collected: regions, campaign, accounts, targets, residents, marks."""

import datetime
import random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import Position, User
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.regions.models import Region
from demo.people import MARKS, InventedVillage
from residents.people.models import Household, InsuredYear, Resident
from subsidies.campaigns.models import Campaign, Target
from subsidies.campaigns.services import open_campaign
from subsidies.campaigns.targets import set_targets
from subsidies.rosters.models import Identity, Roster, RosterRow

POLICY = "411325-2025"
COUNTY = "411325"
#: The township and village whose accounts are printed; its ledger is left to the newcomer.
TOWNSHIP, VILLAGE = "411325101", "411325101200"
PASSWORD = "Neixiang-2025"  # noqa: S105 (printed at every start of the demo; production has no demo)
SEED = 2025
#: People a village, on average.
SIZES = {"small": 30, "full": 1987}
#: (username, name, role, region, department)
ACCOUNTS = (
    ("yibao", "周明远", Role.COUNTY, COUNTY, ""),
    ("yibao2", "吴晓静", Role.COUNTY, COUNTY, ""),
    ("xiangzhen", "郑立新", Role.TOWNSHIP, TOWNSHIP, ""),
    ("xiangzhen2", "冯秀芳", Role.TOWNSHIP, TOWNSHIP, ""),
    ("cun", "孙春生", Role.VILLAGE, VILLAGE, ""),
    ("shuiwu", "何志刚", Role.TAX, COUNTY, ""),
    ("minzheng", "沈玉梅", Role.DEPARTMENT, COUNTY, "民政局"),
    ("nongye", "曹建国", Role.DEPARTMENT, COUNTY, "农业农村局"),
    ("canlian", "彭爱华", Role.DEPARTMENT, COUNTY, "残联"),
    ("lingdao", "许文涛", Role.LEADER, COUNTY, ""),
    ("zhenzhang", "邓长林", Role.LEADER, TOWNSHIP, ""),
    ("xitong", "曾海峰", Role.SYSTEM, COUNTY, ""),
    ("anquan", "吕晓霞", Role.SECURITY, COUNTY, ""),
    ("shenji", "董新华", Role.AUDIT, COUNTY, ""),
)


def build_county(*, size: str) -> Campaign:
    """Builds what is missing; safe to repeat. `size`: a key of SIZES."""
    campaign, _ = open_campaign(policy_id=POLICY)
    if not User.objects.exists():
        make_accounts()
    if not Target.objects.filter(campaign=campaign).exists():
        make_people(campaign, SIZES[size])
    return campaign


@transaction.atomic
def make_accounts() -> None:
    """One account a role with the printed password; teams and helpers of all other places, who cannot log in."""
    password = make_password(PASSWORD)
    users = [
        User(
            username=username,
            name=name,
            role=role,
            region_id=region,
            department=department,
            password=password,
            must_change_password=False,
            phone=f"1990{index:07d}",
            position={Role.VILLAGE: Position.HELPER, Role.TOWNSHIP: Position.REVIEWER}.get(role, ""),
        )
        for index, (username, name, role, region, department) in enumerate(ACCOUNTS)
    ]
    users += _teams(make_password(None))
    User.objects.bulk_create(users, batch_size=500)
    audit.record(
        "account.import", actor=None, summary=f"建立演示账号 {len(users)} 个", object_type="user", region=COUNTY
    )


def _teams(no_password: str):
    """Six people a township, but five in two of them; a helper a village, but none in three."""
    chance = random.Random(SEED)
    wanted = (Position.LEADER, Position.REVIEWER, Position.REVIEWER, *[Position.RECORDER] * 3)
    short = {"411325110", "411325306"}
    without_helper = {"411325104210", "411325109203", "411325301207"}
    names = iter(person.name for person in InventedVillage("names", 900, 600, SEED).people)
    for township in Region.objects.filter(level=Region.Level.TOWNSHIP, code__startswith=COUNTY):
        for index, position in enumerate(wanted[: 5 if township.code in short else 6]):
            yield User(
                username=f"{township.code}-{index + 1}",
                name=next(names),
                role=Role.TOWNSHIP,
                region=township,
                position=position,
                phone=f"1991{chance.randrange(10**7):07d}",
                password=no_password,
            )
    for village in Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=COUNTY):
        if village.code != VILLAGE and village.code not in without_helper:
            yield User(
                username=village.code,
                name=next(names),
                role=Role.VILLAGE,
                region=village,
                position=Position.HELPER,
                phone=f"1992{chance.randrange(10**7):07d}",
                password=no_password,
            )


def make_people(campaign: Campaign, average: int) -> None:
    """Residents, households, insured years and marks of every village; a township a transaction."""
    chance = random.Random(SEED)
    registered = datetime.date(2024, 8, 1)
    villages = list(Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=COUNTY).order_by("code"))
    rosters = _rosters(campaign)
    targets = {}
    for order, region in enumerate(villages):
        size = round(average * chance.uniform(0.6, 1.4))
        _make_village(InventedVillage(region.code, order, size, SEED), registered, rosters)
        targets[region.code] = round(size * chance.uniform(0.9, 0.99))
    set_targets(
        campaign=campaign,
        people=targets,
        source="县征缴工作领导小组任务分解表",
        actor=User.objects.get(username="yibao"),
    )
    audit.record(
        "resident.import",
        actor=None,
        summary="建立演示居民册",
        object_type="resident",
        region=COUNTY,
        after={"people": Resident.objects.in_region(COUNTY).count()},
    )


@transaction.atomic
def _make_village(village: InventedVillage, registered: datetime.date, rosters: dict[str, Roster]) -> None:
    heads = {}
    for person in village.people:
        heads.setdefault(person.household, person.name)
    households = Household.objects.bulk_create(
        [Household(village_id=village.code, number=f"{number:04d}", head_name=name) for number, name in heads.items()]
    )
    by_number = {int(household.number): household for household in households}
    residents = Resident.objects.bulk_create(
        [
            Resident(
                village_id=village.code,
                household=by_number[person.household],
                name=person.name,
                sex=person.sex,
                id_number=person.id_number,
                birth_date=person.born,
                phone=person.phone,
                registered_on=registered,
            )
            for person in village.people
        ],
        batch_size=CHUNK,
    )
    pairs = list(zip(residents, village.people, strict=True))
    InsuredYear.objects.bulk_create(
        [
            InsuredYear(resident=resident, year=year, source="往年参保数据")
            for resident, person in pairs
            for year in person.insured_years
        ],
        batch_size=CHUNK,
    )
    marked = [(resident, *person.mark) for resident, person in pairs if person.mark]
    Identity.objects.bulk_create(
        [
            Identity(
                resident=resident,
                kind=kind,
                department=department,
                roster=rosters[kind],
                recognised_on=rosters[kind].recognised_on,
                document=rosters[kind].document,
            )
            for resident, kind, department in marked
        ]
    )
    RosterRow.objects.bulk_create(
        [
            RosterRow(
                roster=rosters[kind],
                number=resident.pk,
                name=resident.name,
                id_number=resident.id_number,
                category=kind,
                recognised_on=rosters[kind].recognised_on,
                resident=resident,
                outcome=RosterRow.Outcome.NEW,
            )
            for resident, kind, _ in marked
        ]
    )


def _rosters(campaign: Campaign) -> dict[str, Roster]:
    """One applied roster a category, uploaded by its department and applied by the bureau."""
    departments = {user.department: user for user in User.objects.filter(role=Role.DEPARTMENT)}
    bureau = User.objects.get(username="yibao")
    return {
        kind: Roster.objects.create(
            campaign=campaign,
            county_id=COUNTY,
            department=department,
            category=kind,
            kind=Roster.Kind.FULL,
            recognised_on=datetime.date(2024, 8, 20),
            document=f"{department}2024年8月名单",
            state=Roster.State.APPLIED,
            uploaded_by=departments[department],
            uploaded_at=clock.now(),
            applied_by=bureau,
            applied_at=clock.now(),
        )
        for kind, department, _ in MARKS
    }
