"""Who gets no messages: a telephone said so, for the whole county, until it is taken back."""

from collections.abc import Iterable

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import chunks
from core.messages.models import OptOut
from core.messages.texts import is_mobile
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text


def opted_out(*, county: str, phones: Iterable[str]) -> set[str]:
    """Which of these telephones get nothing; one statement for every 2,000."""
    found: set[str] = set()
    for chunk in chunks(set(phones)):
        rows = OptOut.objects.filter(county=county, phone__in=chunk, withdrawn_at__isnull=True)
        found.update(rows.values_list("phone", flat=True))
    return found


@transaction.atomic
def opt_out(*, phone: str, reason: str, actor: User) -> OptOut:
    """Record that a telephone wants no messages; once more changes nothing. Raises Refused."""
    phone, reason = "".join(phone.split()), required_text(reason, "来源", 120)
    if not is_mobile(phone):
        raise Refused("请填写 11 位手机号码。", "phone")
    county = Region.objects.select_for_update(of=("self",)).get(pk=actor.scope_prefix[:6])
    found: OptOut | None = OptOut.objects.filter(county=county, phone=phone, withdrawn_at__isnull=True).first()
    if found:
        return found
    made = OptOut.objects.create(
        county=county,
        region_code=actor.scope_prefix,
        phone=phone,
        reason=reason,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record("message.opt_out", actor=actor, obj=made, summary=f"登记不接收短信：{reason}", after={"phone": phone})
    return made


@transaction.atomic
def opt_in(*, found: OptOut, actor: User) -> None:
    """The telephone wants messages again."""
    if OptOut.objects.filter(pk=found.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now()):
        audit.record("message.opt_in", actor=actor, obj=found, summary="恢复接收短信", after={"phone": found.phone})
