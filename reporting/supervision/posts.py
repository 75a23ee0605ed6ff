"""Who answers for what: appointed, replaced, ended. A person who leaves is replaced everywhere at once, or the places
left without anybody show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import RegionNames
from core.regions.selectors import region_names
from core.text import clean_text, required_text
from reporting.supervision.models import Post
from subsidies.campaigns.models import Campaign

Body, Rank = Post.Body, Post.Rank
TEAMS = (Body.PUBLICITY, Body.COLLECTION, Body.INSPECTION, Body.COORDINATION)
#: What each body's people answer for.
LEVELS = {
    Body.LEADING: Region.Level.COUNTY,
    Body.COUNTY_LINK: Region.Level.TOWNSHIP,
    Body.GUIDANCE: Region.Level.TOWNSHIP,
    Body.TOWNSHIP_LINK: Region.Level.VILLAGE,
    **dict.fromkeys(TEAMS, Region.Level.TOWNSHIP),
}
#: What a township fills by itself.
OF_TOWNSHIPS = (Body.TOWNSHIP_LINK, *TEAMS)
MOST_LINES = 500


@dataclass(frozen=True)
class Appointment:
    """One person for one place."""

    region: Region
    name: str
    title: str = ""
    phone: str = ""
    rank: str = Rank.HEAD
    group: int | None = None


def may_fill(user: User, body: str) -> bool:
    return user.role == Role.COUNTY or (user.role == Role.TOWNSHIP and body in OF_TOWNSHIPS)


@transaction.atomic
def appoint(
    *, campaign: Campaign, body: str, appointments: Sequence[Appointment], since: date, actor: User
) -> list[Post]:
    """Appoint people; who holds the very post already stays. Raises Refused."""
    body = Body(body)
    if not may_fill(actor, body):
        raise Refused(f"{body.label}由{actor.county_word}医保局登记。")
    made = []
    for one in appointments:
        if one.region.level != LEVELS[body] or not one.region.code.startswith(actor.scope_prefix):
            raise Refused(f"{body.label}要登记到{Region.Level(LEVELS[body]).label}，{one.region.name}不在范围内。")
        post = Post(
            campaign=campaign,
            body=body,
            rank=one.rank,
            region=one.region,
            group=one.group,
            name=required_text(one.name, "姓名", 40),
            title=clean_text(one.title, "单位和职务", 60),
            phone=clean_text(one.phone, "联系电话", 20),
            since=since,
            recorded_by=actor,
            recorded_at=clock.now(),
        )
        try:
            with transaction.atomic():
                post.save()
        except IntegrityError:
            continue
        made.append(post)
    if made:
        _record("appoint", made, actor, f"登记{body.label} {len(made)} 人")
    return made


@transaction.atomic
def replace_person(
    *, post: Post, on: date, reason: str, name: str = "", title: str = "", phone: str = "", actor: User
) -> list[Post]:
    """End all posts that this person holds in the body, the day before `on`; somebody else takes all of them over.

    Without a name the places stay vacant, and show as such. Safe to repeat. Return the new posts. Raises Refused.
    """
    body, reason = Body(post.body), required_text(reason, "变动原因", 100)
    if not may_fill(actor, body):
        raise Refused(f"{body.label}由{actor.county_word}医保局办理变动。")
    held = Post.objects.select_for_update().filter(
        campaign=post.campaign_id, body=body, name=post.name, title=post.title, until__isnull=True
    )
    leaving = list(held.for_user(actor).select_related("region").order_by("pk"))
    if not leaving:
        return []
    if any(on < one.since for one in leaving):
        raise Refused("变动日期早于任职日期，请核对。", "on")
    last = {one.pk: max(on - timedelta(days=1), one.since) for one in leaving}
    for one in leaving:
        one.until, one.reason = last[one.pk], reason
        one.save(update_fields=["until", "reason"])
    _record("end", leaving, actor, f"{post.name}不再担任{body.label}（{len(leaving)} 处）：{reason}")
    if not name.strip():
        return []
    return appoint(
        campaign=post.campaign,
        body=body,
        appointments=[Appointment(one.region, name, title, phone, one.rank, one.group) for one in leaving],
        since=on,
        actor=actor,
    )


def read_lines(*, body: str, text: str, user: User) -> list[Appointment]:
    """What was pasted: a place, a name, and where known post, telephone, rank or number of the group, a line each.

    Raise Refused with every line that cannot be read.
    """
    names, problems, found = region_names(user.scope_prefix[:6]), [], []
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > MOST_LINES:
        raise Refused(f"请粘贴 1—{MOST_LINES} 行，每行一人。", "text")
    regions = {region.code: region for region in Region.objects.for_user(user)}
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split())]
        read, problem = _read_line(Body(body), [*cells, "", "", "", ""], names, regions, user)
        if problem or read is None:
            problems.append(f"第 {number} 行：{problem}")
        else:
            found.append(read)
    if problems:
        raise Refused("；".join(problems[:10]) + (f"……共 {len(problems)} 行有误" if len(problems) > 10 else ""), "text")
    return found


def _read_line(
    body: Post.Body, cells: list[str], names: RegionNames, regions: dict[str, Region], user: User
) -> tuple[Appointment | None, str]:
    place, name, title, phone, extra = cells[:5]
    if LEVELS[body] == Region.Level.COUNTY:
        code, problem = user.scope_prefix[:6], ""
    else:
        answer = names.township(place) if LEVELS[body] == Region.Level.TOWNSHIP else names.village(place)
        code, problem = answer.code, answer.message
    if problem:
        return None, problem
    if code not in regions:
        return None, f"{place}不在您的范围内"
    if not name or len(name) > 40:
        return None, "没有姓名，或姓名太长"
    ranks = {label: value for value, label in Rank.choices} | {"组长": Rank.HEAD, "": Rank.HEAD}
    group = int(extra) if extra.isascii() and extra.isdecimal() and len(extra) < 3 else None
    if group is None and extra not in ranks:
        return None, f"分工“{extra[:20]}”看不懂，可以写：{'、'.join(Rank.labels)}"
    rank = Rank.HEAD if group is not None else ranks[extra]
    return Appointment(regions[code], name, title[:60], phone[:20], rank, group), ""


def _record(verb: str, posts: list[Post], actor: User, summary: str) -> None:
    audit.record(
        f"supervision.{verb}",
        actor=actor,
        obj=posts[0],
        summary=summary,
        after={"count": len(posts), "codes": [post.region_id for post in posts]},
    )
