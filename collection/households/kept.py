"""A village's list as its page carries it, kept from one reader to the next and mended household by household.

Most changes of a collecting day concern a few households, and those of another village none of this one. Each event
says what it may have changed: a payment says by itself what its person's line shows, and other households that events
name are worked out anew by the code that works out all of them. An event of which nothing is known here makes the whole
list anew, so that a new kind of change costs time and no truth.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F

from collection.contributions.models import Contribution
from collection.door.selectors import blank_numbers, cash_in_hand
from collection.households.selectors import Home, ListedMember, Paid, as_paid, village_homes, village_words
from collection.visits.models import Visit
from config import clock
from core.audit.changes import Change, kept_and_mended
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy
from subsidies.quotes.parents import parents_decide

#: Events about one payment or one visit. A payment that holds is written into its person's line; the household of any
#: other person is worked out anew.
PAYMENTS, VISITS = ("contribution.record", "contribution.reverse"), ("visit.record",)
#: Events that change the receipt numbers or the cash of the village or county they name, and nothing else of this page.
OF_VILLAGE = (
    "deposit.record",
    "deposit.reject",
    "deposit.verify",
    "door.accept",
    "door.return",
    "door.same",
    "door.take",
    "money.record",
    "money.reverse",
    "receipt.explain",
    "receipt.release",
    "receipt.use",
    "receipt.void",
)
#: Events that change nothing of it: payments and receipts tell of themselves.
SILENT = (
    "advice.tell",
    "attachment.download",
    "deposit.urge",
    "event.export",
    "ledger.annotated",
    "ledger.book",
    "ledger.confirm",
    "ledger.mend_row",
    "ledger.open_door",
    "ledger.prefilled",
    "ledger.read",
    "ledger.upload",
    "ledger.withdraw",
    "phone.cut_off",
    "phone.register",
    "phone.wipe",
    "resident.export",
    "session.failed",
    "session.lock",
    "session.unlock",
    "told_payment.settle",
    "visit.export",
)
#: So many households are compressed together.
HOMES_A_PIECE = 50
#: More households than this are not mended one by one.
MOST_HOMES = 100


class CompactEncoder(json.JSONEncoder):
    """JSON as short as it gets, that may stand in a script element: characters as they are, no spaces, no tags."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})

    def encode(self, o: Any) -> str:
        return super().encode(o).translate(_NO_TAGS)


_NO_TAGS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
_encode = CompactEncoder().encode


@dataclass(frozen=True, slots=True)
class VillageList:
    """What stands in the page whoever of the village's offices opens it; each household as JSON by its key."""

    words: str
    reasons: list[str]
    money: str
    homes: dict[int, str]
    people: int
    closed_today: str

    @property
    def pieces(self) -> list[bytes]:
        """The script element that static/households.js reads, in pieces of which a payment changes two."""
        homes = list(self.homes.values())
        groups = [",".join(homes[at : at + HOMES_A_PIECE]) for at in range(0, len(homes), HOMES_A_PIECE)]
        return [
            f'<script id="homes-data" type="application/json">{self.words[:-1]},'.encode(),
            f'{self.money[1:-1]},"reasons":{_encode(self.reasons)},"homes":['.encode(),
            *(f"{',' if place else ''}{group}".encode() for place, group in enumerate(groups)),
            b"]}</script>",
        ]


def village_list(*, campaign: Campaign, village: Region) -> VillageList:
    """The village's list as it is now, of what is kept as much as holds."""
    return kept_and_mended(
        f"households:{campaign.pk}:{village.pk}:{clock.today()}",
        lambda: make_list(campaign=campaign, village=village),
        lambda kept, changes: mend_list(kept, changes, campaign=campaign, village=village),
    )


def make_list(*, campaign: Campaign, village: Region) -> VillageList:
    """The whole village worked out."""
    found = village_homes(campaign=campaign, village=village)
    return VillageList(
        words=_encode(village_words(campaign=campaign, village=village, found=found)),
        reasons=found.reasons,
        money=_money(campaign, village),
        homes={home.pk: _encode(home) for home in found.homes},
        people=found.people,
        closed_today=found.closed_today,
    )


def mend_list(
    kept: VillageList, changes: Iterable[Change], *, campaign: Campaign, village: Region
) -> VillageList | None:
    """The list after these changes; None where one of them may have changed more than can be mended."""
    payments, visits, is_money = [], [], False
    for change in changes:
        is_here = village.pk.startswith(change.region_code)
        if change.action in PAYMENTS:
            payments.append(int(change.object_id))
            is_money |= is_here
        elif change.action in VISITS:
            visits.append(int(change.object_id))
        elif change.action in OF_VILLAGE:
            is_money |= is_here
        elif change.action not in SILENT:
            return None
    if payments and parents_may_decide(campaign.policy):
        return None
    paid, touched = _payments_here(payments, campaign, village)
    touched |= _homes_of_visits(visits, village)
    if len(touched) > MOST_HOMES or not {*touched, *paid} <= kept.homes.keys():
        return None
    mended = _mend_homes(kept, touched, campaign, village) if touched else kept
    if mended and (others := {home: of for home, of in paid.items() if home not in touched}):
        mended = _mark_paid(mended, others, campaign.policy)
    return replace(mended, money=_money(campaign, village)) if mended and is_money else mended


def parents_may_decide(policy: Policy) -> bool:
    """Whether a payment elsewhere may change a household here: a child's fee of the birth year rests on its parents.

    Not where the period ends before the year begins: nobody born in the year is on the list then.
    """
    return parents_decide(policy) and policy.period.end >= policy.year_start


def _payments_here(ids: list[int], campaign: Campaign, village: Region) -> tuple[dict[int, dict[int, Paid]], set[int]]:
    """The payments of this year that hold, by household here and person; and the households of which others tell."""
    paid: dict[int, dict[int, Paid]] = defaultdict(dict)
    others = set()
    if ids:
        rows = Contribution.objects.filter(pk__in=ids, resident__village=village)
        told = rows.values_list("resident_id", F("resident__household"), "year", "ended_at", *Paid._fields)
        for one, household, year, ended_at, *columns in told:
            home = household or -one
            if year == campaign.year and ended_at is None:
                paid[home][one] = Paid(*columns)
            else:
                others.add(home)
    return paid, others


def _homes_of_visits(ids: list[int], village: Region) -> set[int]:
    """The keys of the households here of whom these visits tell."""
    if not ids:
        return set()
    rows = Visit.objects.filter(pk__in=ids, resident__village=village)
    return {home or -one for one, home in rows.values_list("resident_id", F("resident__household"))}


def _mark_paid(kept: VillageList, paid: dict[int, dict[int, Paid]], policy: Policy) -> VillageList | None:
    """The list with these payments: who has paid is told by the payment alone, and nobody else's line changes."""
    reasons = {says: place for place, says in enumerate(kept.reasons)}
    homes = {}
    for key, payments in paid.items():
        home = Home._make(json.loads(kept.homes[key]))
        members = [ListedMember._make(member) for member in home.members]
        if not payments.keys() <= {member.pk for member in members}:
            return None
        for place, member in enumerate(members):
            if payment := payments.get(member.pk):
                marked, says = as_paid(policy, member, payment)
                members[place] = marked._replace(why=reasons.setdefault(says, len(reasons)))
        homes[key] = _encode(home._replace(members=members))
    return replace(kept, reasons=list(reasons), homes=kept.homes | homes)


def _mend_homes(kept: VillageList, touched: set[int], campaign: Campaign, village: Region) -> VillageList | None:
    people = [member[0] for key in touched for member in json.loads(kept.homes[key])[3]]
    found = village_homes(campaign=campaign, village=village, pk__in=people)
    if found.people != len(people) or {home.pk for home in found.homes} != touched:
        return None
    reasons = list(dict.fromkeys([*kept.reasons, *found.reasons]))
    places = [reasons.index(says) for says in found.reasons]
    return replace(kept, reasons=reasons, homes=kept.homes | {h.pk: _encode(_pointing(h, places)) for h in found.homes})


def _pointing(home: Home, places: list[int]) -> Home:
    """The household with its reasons at other places."""
    return home._replace(members=[member._replace(why=places[member.why]) for member in home.members])


def _money(campaign: Campaign, village: Region) -> str:
    """Receipt numbers to offer and the cash in hand, as JSON."""
    numbers = blank_numbers(campaign=campaign, village=village.pk)
    return _encode({"numbers": numbers, "hand": cash_in_hand(campaign=campaign, village=village)})
