"""Before a ranking is published: the office may change the bulletin's text and whom it names; two offices sign the end.

The figures are never changed here. What the system wrote stays beside what the office made of it, in the published
content, so that everybody can see both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from config import clock
from core.access.roles import Role, role_name
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import clean_text, required_text
from reporting.rankings.models import BulletinEdit, FigureSignature, Ranking, RankingKind, Snapshot

#: The offices that sign the final figures, in the order of the notices: 税务、医保.
OFFICES = (Role.TAX, Role.COUNTY)
EDITED = ("paragraphs", "praised", "criticised")
MOST_PARAGRAPHS, LONGEST = 20, 1000


def newest_edit(snapshot: Snapshot) -> BulletinEdit | None:
    """What the office made of the bulletin last."""
    return BulletinEdit.objects.filter(snapshot=snapshot).select_related("edited_by").first()


@transaction.atomic
def edit_bulletin(
    *,
    snapshot: Snapshot,
    townships: Sequence[str],
    paragraphs: Sequence[str],
    praised: Sequence[str],
    criticised: Sequence[str],
    reason: str,
    actor: User,
) -> BulletinEdit:
    """Keep the office's text and names for a bulletin that is not published. Raise Refused.

    Only the county's own `townships` are named, and none is praised and criticised at once.
    """
    if actor.role != Role.COUNTY:
        raise Refused(f"通报由{actor.county_word}医保局修改。")
    Snapshot.objects.select_for_update(of=("self",)).get(pk=snapshot.pk)
    if Ranking.objects.filter(snapshot=snapshot).exists():
        raise Refused("这一期已经发布，不能再改；要改动请办理更正。")
    texts = [clean_text(text, "一段正文", LONGEST) for text in paragraphs]
    texts = [text for text in texts if text]
    if not texts or len(texts) > MOST_PARAGRAPHS:
        raise Refused(f"正文应有 1 到 {MOST_PARAGRAPHS} 段。", "paragraphs")
    if strangers := [name for name in (*praised, *criticised) if name not in townships]:
        raise Refused(f"名单里没有这个乡镇：{'、'.join(strangers[:5])}。")
    if both := [name for name in praised if name in criticised]:
        raise Refused(f"{'、'.join(both)}不能同时表扬和批评。")
    edit = BulletinEdit.objects.create(
        snapshot=snapshot,
        paragraphs=texts,
        praised=list(praised),
        criticised=list(criticised),
        reason=required_text(reason, "修改的原因", 200),
        edited_by=actor,
        edited_at=clock.now(),
    )
    audit.record(
        "bulletin.edit",
        actor=actor,
        obj=edit,
        region=snapshot.campaign.county_id,
        summary=f"修改待发布通报（{snapshot}）：{edit.reason}",
        after={"praised": edit.praised, "criticised": edit.criticised},
    )
    return edit


def with_edit(content: dict[str, Any], edit: BulletinEdit | None) -> dict[str, Any]:
    """Return the content with the office's text; what the system wrote of the changed parts stands under `composed`."""
    if edit is None:
        return content
    bulletin: Mapping[str, Any] = content["bulletin"]
    edited = {name: getattr(edit, name) for name in EDITED}
    changed = {name: bulletin[name] for name in EDITED if bulletin[name] != edited[name]}
    if not changed:
        return content
    told = {"by": edit.edited_by.name, "at": edit.edited_at.isoformat(), "reason": edit.reason, "composed": changed}
    return {**content, "bulletin": {**bulletin, **edited}, "edited": told}


@transaction.atomic
def sign_figures(*, snapshot: Snapshot, seen: int, actor: User) -> FigureSignature:
    """Give one office's word for the final number `seen` of people. Raise Refused. Safe to repeat.

    Each office signs once, and the two are two people by their roles.
    """
    if snapshot.kind != RankingKind.FINAL:
        raise Refused("只有最终结果要由税务、医保两家签认。")
    if actor.role not in OFFICES:
        raise Refused(f"最终结果由{actor.county_word}税务局、{actor.county_word}医保局签认。")
    if seen != (done := final_figure(snapshot)):
        raise Refused(f"核定人数是 {done} 人，与您看到的 {seen} 人不同，请刷新后核对。")
    signature, created = FigureSignature.objects.get_or_create(
        snapshot=snapshot,
        office=actor.role,
        defaults={"done": done, "signed_by": actor, "signed_at": clock.now()},
    )
    if created:
        audit.record(
            "ranking.sign",
            actor=actor,
            obj=snapshot,
            region=snapshot.campaign.county_id,
            summary=f"{actor.get_role_display()}签认最终参保人数 {done} 人",
            after={"done": done, "fingerprint": snapshot.fingerprint},
        )
    return signature


def final_figure(snapshot: Snapshot) -> int:
    """People counted in a snapshot: the sum of its townships."""
    return sum(row.done for row in snapshot.rows.all() if len(row.region_id) == 9)


def unsigned(snapshot: Snapshot) -> list[str]:
    """The offices whose word is still missing; none where nobody has to sign."""
    if snapshot.kind != RankingKind.FINAL:
        return []
    signed = set(snapshot.signatures.values_list("office", flat=True))
    return [role_name(office, snapshot.campaign.county_id) for office in OFFICES if office not in signed]
