"""包联和督导: leaders and officers, findings in three states, a talk in the bulletin, activities with pictures."""

import datetime
import io
import random

from PIL import Image, ImageDraw

from core.files.photos import Photo, read_photo
from core.regions.models import Region
from demo.counties import DAY
from demo.county import SEED
from demo.people import InventedVillage
from demo.world import World
from reporting.supervision import posts, services
from reporting.supervision.models import Activity, Post

Body, Rank = Post.Body, Post.Rank
TITLES = ("副{}长", "{}委常委", "人大常委会副主任", "政协副主席", "二级调研员")
TEAM = (Rank.HEAD, Rank.REVIEWER, Rank.REVIEWER, Rank.RECORDER, Rank.RECORDER, Rank.RECORDER)


def appoint(world: World, day: datetime.date) -> None:
    """Fill the leading group, the links, most townships' teams and the guidance groups that the notice asks for."""
    names = iter(person.name for person in InventedVillage("posts", 901, 400, SEED).people)
    chance = random.Random(f"{SEED}:posts")
    bureau, campaign = world.bureau, world.campaign
    townships = list(Region.objects.filter(parent=campaign.county, replaced_by=None).order_by("code"))

    def person(region: Region, title: str, rank: str = Rank.HEAD, group: int | None = None) -> posts.Appointment:
        return posts.Appointment(region, next(names), title, f"1993{chance.randrange(10**7):07d}", rank, group)

    def fill(body: Post.Body, people: list[posts.Appointment]) -> None:
        posts.appoint(campaign=campaign, body=body, appointments=people, since=world.county.first_day, actor=bureau)

    county, word = campaign.county, campaign.county_word
    members = [
        person(county, f"{word}{chief}", Rank.MEMBER)
        for chief in ("税务局局长", "医保局局长", "财政局局长", "卫健委主任")
    ]
    fill(Body.LEADING, [person(county, f"{word}委常委、副{word}长"), *members])
    leaders = [(next(names), title.format(word), f"1993{chance.randrange(10**7):07d}") for title in TITLES]
    fill(
        Body.COUNTY_LINK,
        [posts.Appointment(t, *leaders[n % len(leaders)]) for n, t in enumerate(townships[: len(townships) - 1])],
    )
    for order, township in enumerate(townships):
        ranks = TEAM if order % 5 else TEAM[:-1]
        fill(Body.COORDINATION, [person(township, "镇政府", rank) for rank in ranks])
        for body in (Body.PUBLICITY, Body.COLLECTION, Body.INSPECTION):
            fill(body, [person(township, "副镇长"), person(township, "镇政府", Rank.MEMBER)])
    villages = Region.objects.filter(parent_id=world.county.township, replaced_by=None).order_by("code")
    fill(Body.TOWNSHIP_LINK, [person(village, "包村干部") for village in list(villages)[:-1]])
    if (rules := campaign.policy.supervision) and rules.guidance_groups:
        groups = [(next(names), f"{word}医保局") for _ in range(rules.guidance_groups)]
        guided = [
            posts.Appointment(township, *groups[n % len(groups)], group=n % len(groups) + 1)
            for n, township in enumerate(townships)
        ]
        fill(Body.GUIDANCE, guided)


def inspect(world: World, day: datetime.date) -> None:
    """Three findings: closed, answered, open; a talk and an order; activities of the printed township."""
    campaign, bureau, township = world.campaign, world.bureau, world.region(world.county.township)
    village, clerk = world.region(world.county.village), world.teams[world.county.township][0]
    texts = ("专用收据存根没有按号码装订", "缴费清册没有户主签字", "一周没有入户记录")
    for state, text in enumerate(texts):
        finding = services.record_finding(
            campaign=campaign,
            region=village if state else township,
            found_on=day - 3 * DAY,
            found_by=f"{campaign.county_word}督导一组",
            text=text,
            deadline=day + (state - 1) * DAY,
            photos=[_picture(text)],
            actor=bureau,
        )
        if state < 2:
            services.answer_finding(
                finding=finding, answer="已经整改，见照片", photos=[_picture("已整改")], actor=clerk
            )
        if state == 0:
            services.judge_finding(finding=finding, accept=True, remark="", actor=world.second)
    services.record_measure(
        campaign=campaign,
        township=township,
        kind="order",
        on=day - DAY,
        person="分管负责人",
        text="现金缴存多次逾期，逐村核对专用收据"
        if campaign.policy.deposit_limit
        else "村里收的现金留得过久，逐村核对专用收据",
        deadline=day + 6 * DAY,
        actor=bureau,
    )
    kinds = Activity.Kind
    for kind, number, note in (
        (kinds.MEETING, 2, "全镇征缴推进会"),
        (kinds.BANNER, 36, "主要路口悬挂横幅"),
        (kinds.VISIT, 180, "对未缴费户逐户走访"),
    ):
        services.record_activity(
            campaign=campaign,
            region=township,
            kind=kind,
            on=day - 2 * DAY,
            number=number,
            note=note,
            photos=[_picture(note)],
            actor=clerk,
        )
    services.record_activity(
        campaign=campaign,
        region=world.region(world.county.village),
        kind=kinds.VISIT,
        on=day - DAY,
        number=24,
        note="逐户宣传缴费政策",
        actor=world.helpers[world.county.village],
    )


def talk(world: World, day: datetime.date) -> None:
    """A township was talked to a week ago; the bulletin of that day carries it, and today's what changed."""
    lagging = world.region(list(world.teams)[-1])
    services.record_measure(
        campaign=world.campaign,
        township=lagging,
        kind="talk",
        on=day,
        person="主要负责人",
        text="征缴进度连续两周靠后",
        deadline=day + 7 * DAY,
        actor=world.bureau,
    )


def _picture(text: str) -> Photo:
    """A plain picture that stands for a photograph."""
    image = Image.new("RGB", (640, 400), "#dfe7ee")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 600, 340), outline="#5b7083", width=4)
    for row in range(len(text)):
        draw.line((70, 90 + 18 * row, 570 - 20 * row, 90 + 18 * row), fill="#5b7083", width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return read_photo(out)
