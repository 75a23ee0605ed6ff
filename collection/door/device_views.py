"""What a phone asks for: to be registered, to hand in what was collected, and the files that make the page an app.

A phone hands in by its own secret, so that it can do so after hours without a signal, when no session is left. The
secret opens nothing else. The shell, the worker and the manifest hold nobody's data and open for anybody.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from collection.door import phones, selectors
from collection.door.models import Phone
from collection.door.payload import MOST_ENTRIES, PayloadError, Told, read_entry
from collection.door.services import take_entry
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import village_or_404

TAKES = (Role.VILLAGE, Role.TOWNSHIP)
#: What the shell needs without a signal.
FILES = ("frame.css", "app.css", "households.css", "large.css", "door-queue.js", "households.js", "door.js", "icon.svg")


@require_POST
@roles(*TAKES)
def door_take(request: SignedIn, village: str) -> HttpResponse:
    """What is taken at a door with a signal, by who is logged in."""
    region = village_or_404(request.user, village)
    return _taken(request, region, request.user, None)


@require_POST
@roles(Role.VILLAGE)
def door_register(request: SignedIn, village: str) -> HttpResponse:
    """Let this phone keep the village's list; answers with the secret, which is never shown again."""
    region = village_or_404(request.user, village)
    label = str(_json(request).get("label", ""))[:60]
    try:
        made = phones.register_phone(user=request.user, village=region, label=label)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    return JsonResponse({"phone": made.phone.pk, "secret": made.secret})


@require_POST
@csrf_exempt
@login_not_required
def door_upload(request: HttpRequest) -> HttpResponse:
    """What a phone kept while it had no signal. It proves itself by its secret alone: no cookie counts here."""
    phone = phones.phone_with(request.headers.get("X-Phone", ""))
    if phone is None:
        return JsonResponse({"error": "这部手机没有登记，请联网登录后重新登记。"}, status=403)
    response = _taken(request, phone.village, phone.user, phone)
    phones.note_contact(phone=phone)
    return response


def _taken(request: HttpRequest, village: Region, taker: User, phone: Phone | None) -> JsonResponse:
    sent = _json(request)
    entries = sent.get("entries")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        return JsonResponse({"error": "没有收到可以识别的收款。"}, status=400)
    county = Campaign.objects.filter(county_id=village.code[:6]).select_related("policy_version", "county")
    campaigns = {campaign.year: campaign for campaign in county}
    results = [_result(raw, campaigns, village, taker, phone) for raw in entries]
    answer: dict[str, Any] = {"results": results, "day": clock.today().isoformat()}
    if phone and (phone.cut_off_at or not phones.may_take(taker, village)):
        return JsonResponse({**answer, "wipe": True})
    campaign = campaigns.get(sent["year"]) if isinstance(sent.get("year"), int) else None
    if campaign:
        answer["numbers"] = selectors.blank_numbers(campaign=campaign, village=village.code)
        answer["hand"] = selectors.cash_in_hand(campaign=campaign, village=village)
    return JsonResponse(answer)


def _result(
    raw: object, campaigns: dict[int, Campaign], village: Region, taker: User, phone: Phone | None
) -> dict[str, Any]:
    known_id = raw.get("id") if isinstance(raw, dict) else None
    try:
        told: Told = read_entry(raw)
        campaign = campaigns.get(told.year)
        if campaign is None:
            raise PayloadError(f"本{village.county_word}没有 {told.year} 年度。")
        done = take_entry(campaign=campaign, village=village, told=told, taker=taker, phone=phone)
    except PayloadError as error:
        return {"id": known_id, "state": "unreadable", "says": [str(error)]}
    except Refused as refusal:
        return {"id": known_id, "state": "later", "says": [str(refusal)]}
    return {"id": done.id, "state": done.state, "says": done.says, "batch": done.batch}


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        return {}
    try:
        sent = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


@require_GET
@login_not_required
def door_shell(request: HttpRequest) -> HttpResponse:
    """The page without anybody's data, which a phone keeps; it shows what the phone itself holds."""
    return render(request, "collection/door/shell.html")


@require_GET
@login_not_required
@csp_replace({"default-src": ["'none'"], "connect-src": ["'self'"], "script-src": ["'self'"]})
def door_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it changes when one of the files does, and phones fetch them anew."""
    facts = {"version": _version(FILES), "files": [static(name) for name in FILES], "queue": static("door-queue.js")}
    return render(request, "collection/door/sw.js", facts, content_type="text/javascript; charset=utf-8")


def _version(names: Sequence[str]) -> str:
    found = [finders.find(name) for name in names]
    digest = hashlib.sha256()
    for path in found:
        digest.update(Path(str(path)).read_bytes() if path else b"")
    return digest.hexdigest()[:12]


@require_GET
@login_not_required
def door_manifest(request: HttpRequest) -> HttpResponse:
    """What a phone puts on its first screen."""
    manifest = {
        "name": "医保入户收款",
        "short_name": "入户收款",
        "lang": "zh-CN",
        "start_url": "/households/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f6fa",
        "theme_color": "#1f4371",
        "icons": [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(manifest, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
