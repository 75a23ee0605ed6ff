"""The demo county before anything is collected: regions, campaign, accounts, targets, residents, marks."""

import datetime
import random
from collections.abc import Iterator
from itertools import groupby

from django.contrib.auth.hashers import make_password
from django.db import transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import Position, User
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.regions.models import Region
from demo.counties import COUNTIES, NEIXIANG, DemoCounty
from demo.people import InventedVillage
from residents.people.models import Household, InsuredYear, Resident
from residents.people.name_parts import learn_names
from subsidies.campaigns.models import Campaign, Target
from subsidies.campaigns.services import open_campaign
from subsidies.campaigns.targets import set_targets
from subsidies.rosters.models import Identity, Roster, RosterRow

PASSWORD = "Neixiang-2025"  # noqa: S105 (printed at every start of the demo; production has no demo)
SEED = 2025
#: People a village, on average. "tiny" is for the tests.
SIZES = {"tiny": 4, "small": 30, "full": 1987}
#: (username, name, role, department); where they belong follows from the role.
ACCOUNTS = (
    ("yibao", "周明远", Role.COUNTY, ""),
    ("yibao2", "吴晓静", Role.COUNTY, ""),
    ("xiangzhen", "郑立新", Role.TOWNSHIP, ""),
    ("xiangzhen2", "冯秀芳", Role.TOWNSHIP, ""),
    ("cun", "孙春生", Role.VILLAGE, ""),
    ("shuiwu", "何志刚", Role.TAX, ""),
    ("minzheng", "沈玉梅", Role.DEPARTMENT, "民政局"),
    ("nongye", "曹建国", Role.DEPARTMENT, "农业农村局"),
    ("canlian", "彭爱华", Role.DEPARTMENT, "残联"),
    ("caizheng", "潘国栋", Role.FINANCE, ""),
    ("jiaoti", "白秀兰", Role.EDUCATION, "教体局"),
    ("xuexiao", "温红梅", Role.SCHOOL, "中心小学"),
    ("lingdao", "许文涛", Role.LEADER, ""),
    ("zhenzhang", "邓长林", Role.LEADER, ""),
    ("xitong", "曾海峰", Role.SYSTEM, ""),
    ("anquan", "吕晓霞", Role.SECURITY, ""),
    ("shenji", "董新华", Role.AUDIT, ""),
)
#: The bureau of another county in the same database, with a resident of its own.
NEIGHBOUR_ACCOUNT = ("linxian", "高玉林")


def build_county(county: DemoCounty, *, size: str) -> Campaign:
    """Build what is missing; safe to repeat. `size`: a key of SIZES."""
    campaign, _ = open_campaign(policy_id=county.policy_id)
    if not User.objects.exists():
        make_accounts(county)
        make_neighbour(neighbour_of(county))
    if not Target.objects.filter(campaign=campaign).exists():
        make_people(county, campaign, SIZES[size])
    return campaign


def place_of(county: DemoCounty, username: str, role: str) -> str:
    """The code of the region that a printed account belongs to."""
    if role == Role.VILLAGE:
        return county.village
    return county.township if role in (Role.TOWNSHIP, Role.SCHOOL) or username == "zhenzhang" else county.code


@transaction.atomic
def make_accounts(county: DemoCounty) -> None:
    """Make an account a role with the printed password, and teams and helpers elsewhere, who cannot log in."""
    password = make_password(PASSWORD)
    users = [
        User(
            username=username,
            name=name,
            role=role,
            region_id=place_of(county, username, role),
            department=department,
            password=password,
            must_change_password=False,
            phone=f"1990{index:07d}",
            position={Role.VILLAGE: Position.HELPER, Role.TOWNSHIP: Position.REVIEWER}.get(role, ""),
        )
        for index, (username, name, role, department) in enumerate(ACCOUNTS)
    ]
    named = {department for _, _, _, department in ACCOUNTS}
    users += [
        User(
            username=f"bumen{order}",
            name=f"{department}经办",
            role=Role.DEPARTMENT,
            region_id=county.code,
            department=department,
            password=password,
            must_change_password=False,
            phone=f"1993{order:07d}",
        )
        for order, department in enumerate(county.policy.departments, start=1)
        if department not in named
    ]
    users += _teams(county, make_password(None))
    User.objects.bulk_create(users, batch_size=500)
    audit.record(
        "account.import", actor=None, summary=f"建立演示账号 {len(users)} 个", object_type="user", region=county.code
    )


def neighbour_of(county: DemoCounty) -> DemoCounty:
    """The county that stands in for "another county": 西峡 beside 内乡, 内乡 beside all others."""
    return COUNTIES[1] if county is NEIXIANG else NEIXIANG


@transaction.atomic
def make_neighbour(county: DemoCounty) -> None:
    """Open another county's campaign with its bureau and one village of residents, to show that nobody sees across."""
    open_campaign(policy_id=county.policy_id)
    username, name = NEIGHBOUR_ACCOUNT
    User.objects.create(
        username=username,
        name=name,
        role=Role.COUNTY,
        region_id=county.code,
        password=make_password(PASSWORD),
        must_change_password=False,
        phone="19909999999",
    )
    people = InventedVillage(county.village, 899, 12, SEED, year=county.policy.year)
    _make_villages([people], registered=clock.today(), rosters={})


def _teams(county: DemoCounty, no_password: str) -> Iterator[User]:
    """Six people a township, but five in two of them; a helper a village, but none in three."""
    chance = random.Random(SEED)
    positions = (Position.LEADER, Position.REVIEWER, Position.REVIEWER, *[Position.RECORDER] * 3)
    names = iter(person.name for person in InventedVillage("names", 900, 900, SEED).people)
    townships = Region.objects.filter(level=Region.Level.TOWNSHIP, code__startswith=county.code).order_by("code")
    for order, township in enumerate(townships):
        for index, position in enumerate(positions[: 5 if order in (10, 15) else 6]):
            yield User(
                username=f"{township.code}-{index + 1}",
                name=next(names),
                role=Role.TOWNSHIP,
                region=township,
                position=position,
                phone=f"1991{chance.randrange(10**7):07d}",
                password=no_password,
            )
    villages = Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=county.code).order_by("code")
    for order, village in enumerate(villages):
        if village.code != county.village and order not in (64, 100, 131):
            yield User(
                username=village.code,
                name=next(names),
                role=Role.VILLAGE,
                region=village,
                position=Position.HELPER,
                phone=f"1992{chance.randrange(10**7):07d}",
                password=no_password,
            )


def make_people(county: DemoCounty, campaign: Campaign, average: int) -> None:
    """Make residents, households, insured years and marks of every village, and the villages' tasks."""
    chance = random.Random(SEED)
    marks = county.marks()
    registered = county.first_day - datetime.timedelta(days=58)
    villages = list(Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=county.code).order_by("code"))
    rosters = _rosters(county, campaign, marks)
    targets = {}
    for _, group in groupby(enumerate(villages), key=lambda numbered: numbered[1].code[:9]):
        township = []
        for order, region in group:
            size = round(average * chance.uniform(0.6, 1.4))
            township.append(InventedVillage(region.code, order, size, SEED, marks=marks, year=campaign.year))
            targets[region.code] = round(size * chance.uniform(0.9, 0.99))
        _make_villages(township, registered=registered, rosters=rosters)
    set_targets(
        campaign=campaign,
        people=targets,
        source=f"{campaign.county_word}征缴工作领导小组任务分解表",
        actor=User.objects.get(username="yibao"),
    )
    audit.record(
        "resident.import",
        actor=None,
        summary="建立演示居民册",
        object_type="resident",
        region=county.code,
        after={"people": Resident.objects.in_region(county.code).count()},
    )


@transaction.atomic
def _make_villages(villages: list[InventedVillage], *, registered: datetime.date, rosters: dict[str, Roster]) -> None:
    people = [(village.code, person) for village in villages for person in village.people]
    heads: dict[tuple[str, int], str] = {}
    for code, person in people:
        heads.setdefault((code, person.household), person.name)
    households = Household.objects.bulk_create(
        [Household(village_id=code, number=f"{number:04d}", head_name=name) for (code, number), name in heads.items()],
        batch_size=CHUNK,
    )
    by_number = dict(zip(heads, households, strict=True))
    residents = Resident.objects.bulk_create(
        [
            Resident(
                village_id=code,
                household=by_number[code, person.household],
                name=person.name,
                sex=person.sex,
                id_number=person.id_number,
                birth_date=person.born,
                phone=person.phone,
                registered_on=registered,
            )
            for code, person in people
        ],
        batch_size=CHUNK,
    )
    learn_names(resident.name for resident in residents)
    pairs = [(resident, person) for resident, (_, person) in zip(residents, people, strict=True)]
    InsuredYear.objects.bulk_create(
        [
            InsuredYear(resident=resident, year=year, source="往年参保数据")
            for resident, person in pairs
            for year in person.insured_years
        ],
        batch_size=CHUNK,
    )
    _make_marks([(resident, *person.mark) for resident, person in pairs if person.mark], rosters)


def _make_marks(marked: list[tuple[Resident, str, str]], rosters: dict[str, Roster]) -> None:
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


def _rosters(county: DemoCounty, campaign: Campaign, marks: tuple[tuple[str, str, float], ...]) -> dict[str, Roster]:
    """Make one applied roster a category, uploaded by its department and applied by the bureau."""
    departments = {user.department: user for user in User.objects.filter(role=Role.DEPARTMENT)}
    bureau = User.objects.get(username="yibao")
    recognised = county.first_day - datetime.timedelta(days=39)
    return {
        kind: Roster.objects.create(
            campaign=campaign,
            county_id=county.code,
            department=department,
            category=kind,
            kind=Roster.Kind.FULL,
            recognised_on=recognised,
            document=f"{department}{recognised:%Y年%-m月}名单",
            state=Roster.State.APPLIED,
            uploaded_by=departments[department],
            uploaded_at=clock.now(),
            applied_by=bureau,
            applied_at=clock.now(),
        )
        for kind, department, _ in marks
    }
