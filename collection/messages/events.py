"""What a person is told when something happened: paid, covered, failed, refunded. One message a telephone and event.

Called inside the transaction of what happened; a kind that the county has not switched on costs one statement.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from collection.contributions.models import Contribution
from collection.gifts.selectors import gifts_in
from collection.messages import kinds
from collection.messages.households import telephones
from collection.messages.models import MessageAbout
from collection.refunds.models import Refund
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.database.bulk import CHUNK, chunks
from core.messages import opt_outs, templates
from core.messages.models import OutboxMessage
from core.messages.texts import LONGEST_VALUE, fill, parts
from core.regions.models import Region
from core.regions.names import called
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

#: More donors than these are counted, so that the text fits into OutboxMessage.text.
DONORS_NAMED = 2


def tell_booked(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Somebody's payment was recorded; one that came in posted covers them at once."""
    tell(kinds.PAID, campaign, [c for c in contributions if c.amount])
    tell(kinds.COVERED, campaign, [c for c in contributions if c.state == Contribution.State.POSTED])


def tell(kind: str, campaign: Campaign, contributions: Iterable[Contribution], *, occasion: str = "") -> int:
    """Queue what is told about these payments: one message for those who share a telephone. Return how many.

    `occasion` tells apart what can happen to a payment more than once, such as the submission in which it failed.
    """
    told = list(contributions)
    if not told or not (wording := templates.wording_of(campaign.county_id, kind)).is_on:
        return 0
    count = 0
    for chunk in chunks(told):
        count += _tell_chunk(wording, campaign, chunk, occasion)
    return count


def _tell_chunk(
    wording: templates.Wording, campaign: Campaign, contributions: list[Contribution], occasion: str
) -> int:
    people = Resident.objects.in_bulk({c.resident_id for c in contributions})
    reached = telephones(people.values())
    by_phone: dict[str, list[Contribution]] = defaultdict(list)
    names = {}
    for contribution in sorted(contributions, key=lambda c: c.pk):
        if to := reached.get(contribution.resident_id):
            by_phone[to.phone].append(contribution)
            names[to.phone] = to.name
    silent = opt_outs.opted_out(county=campaign.county_id, phones=by_phone)
    villages = _villages({group[0].village_id for group in by_phone.values()})
    given = gifts_in(contributions) if wording.kind.key == kinds.PAID else {}
    told = {
        f"{wording.kind.key}:{group[0].pk}{occasion}": (
            names[phone],
            phone,
            group[0].village_id,
            fill(wording.text, _values(campaign, group, names[phone], villages[group[0].village_id]))
            + _by_whom(group, given),
            [MessageAbout(resident_id=c.resident_id, contribution_id=c.pk) for c in group],
        )
        for phone, group in by_phone.items()
        if phone not in silent
    }
    return _queue(wording, told)


def tell_refunded(refund: Refund) -> int:
    """The second review has let the money go back."""
    campaign = refund.campaign
    wording = templates.wording_of(campaign.county_id, kinds.REFUNDED)
    if not wording.is_on:
        return 0
    to = telephones([refund.resident]).get(refund.resident_id)
    if to is None or opt_outs.opted_out(county=campaign.county_id, phones=[to.phone]):
        return 0
    village = _villages({refund.village_id})[refund.village_id]
    values = _home(to.name, campaign, village)
    values |= {"参保人": refund.resident.name, "金额": kinds.yuan(refund.amount)}
    key = f"{kinds.REFUNDED}:{refund.pk}:{refund.returns}"
    about = [MessageAbout(resident_id=refund.resident_id, refund=refund)]
    return _queue(wording, {key: (to.name, to.phone, refund.village_id, fill(wording.text, values), about)})


def _home(name: str, campaign: Campaign, village: Region) -> dict[str, str]:
    township = village.parent.name if village.parent else ""
    return {"姓名": name, "年度": str(campaign.year), "村": called(village.name), "乡镇": township}


def _values(campaign: Campaign, group: list[Contribution], name: str, village: Region) -> dict[str, str]:
    first = group[0]
    return _home(name, campaign, village) | {
        "人数": str(len(group)),
        "金额": kinds.yuan(sum((c.amount for c in group), ZERO)),
        "日期": kinds.day(first.paid_on),
        "待遇起": kinds.day(max(c.benefit_from for c in group if c.benefit_from) if first.benefit_from else None),
        "待遇止": kinds.day(first.benefit_to),
    }


def _by_whom(group: list[Contribution], given: Mapping[int, tuple[str, Decimal]]) -> str:
    """A sentence that says what of a household's fees a gift has paid, and what they have paid themselves."""
    donors: dict[str, Decimal] = {}
    for contribution in group:
        if contribution.pk in given:
            donor, amount = given[contribution.pk]
            donors[donor[:LONGEST_VALUE]] = donors.get(donor[:LONGEST_VALUE], ZERO) + amount
    if not donors:
        return ""
    if len(donors) > DONORS_NAMED:
        donors = {f"{len(donors)}个资助人": sum(donors.values(), ZERO)}
    said = "，".join(f"{donor}资助{kinds.yuan(amount)}元" for donor, amount in donors.items())
    own = sum((c.amount for c in group), ZERO) - sum(donors.values(), ZERO)
    return f"其中您家缴{kinds.yuan(own)}元，{said}。" if own else f"这笔费用由{said}，您家不用缴费。"


def _villages(codes: set[str]) -> dict[str, Region]:
    return {village.pk: village for village in Region.objects.filter(pk__in=codes).select_related("parent")}


def _queue(wording: templates.Wording, told: dict[str, tuple[str, str, str, str, list[MessageAbout]]]) -> int:
    """Put the messages into the outbox with the people they tell of; those that are there already stay as they are."""
    known = set(OutboxMessage.objects.filter(key__in=list(told)).values_list("key", flat=True))
    messages, about = [], []
    for key, (name, phone, village, text, people) in told.items():
        if key in known:
            continue
        message = OutboxMessage(
            key=key,
            kind=wording.kind.key,
            region_code=village,
            to_name=name,
            to_phone=phone,
            text=text,
            parts=parts(text),
            created_at=clock.now(),
        )
        messages.append(message)
        for person in people:
            person.message = message
        about += people
    OutboxMessage.objects.bulk_create(messages, batch_size=CHUNK // 4)
    for person in about:
        person.message_id = person.message.pk
    MessageAbout.objects.bulk_create(about, batch_size=CHUNK // 4)
    return len(messages)
