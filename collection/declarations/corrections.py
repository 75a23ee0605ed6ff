"""A row that the tax bureau refused, put right by the identity card and nothing else (方案 四（一）3（2）)."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from collection.contributions.models import Contribution
from collection.declarations.models import DeclarationRow
from collection.declarations.services import begin
from config import clock
from core.access import masks
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.county_words import county_word
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.text import clean_text
from residents.people import id_numbers, names
from residents.people.models import Resident
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents

Result = DeclarationRow.Result


@transaction.atomic
def correct_row(
    *, row: DeclarationRow, name: str, id_number: str, note: str, actor: User, photo: Photo | None = None
) -> DeclarationRow:
    """Name and number as the card has them; the person is then ready to be declared again.

    The same values again are allowed with a note: the card was right, and the tax bureau has to look once more.
    `photo`: the card, where one was taken. Raises Refused with what is wrong and what to do.
    """
    note = clean_text(note, "说明", 200)
    begin(row.declaration)
    row = DeclarationRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    resident = Resident.objects.select_for_update(of=("self",)).get(contributions=row.contribution_id)
    contribution = Contribution.objects.select_for_update(of=("self",)).get(pk=row.contribution_id)
    if contribution.resident_id != resident.pk:
        raise Refused(f"{row.name}的档案刚刚与另一份合并，请重新打开再改正。")
    _refuse_unless_open(row, contribution)
    name, number = names.normalise(name), id_numbers.normalise(id_number)
    _check(name, number)
    before = {"name": resident.name, "id_number": masks.mask(resident.id_number)}
    changed = (name, number) != (resident.name, resident.id_number)
    if not changed and not note:
        raise Refused("姓名和号码都没有改动。身份证确实与原来一致的，请在说明里写清楚，再重新申报。")
    if changed:
        due = _due(contribution, resident)
        _change(resident, name, number)
        _refuse_another_amount(contribution, due, _due(contribution, resident))
    kept = None
    if photo:
        region = row.village_id
        kept = store_photo(photo=photo, name=f"身份证{row.pk}", region=region, actor=actor, kind="id_card")
    row.fixed_by, row.fixed_at, row.fix_note, row.fix_photo = actor, clock.now(), note, kept
    row.save(update_fields=["fixed_by", "fixed_at", "fix_note", "fix_photo"])
    audit.record(
        "declaration.correct",
        actor=actor,
        obj=resident,
        summary=f"依身份证改正 {name}（{row.declaration} 导入失败）",
        before=before,
        after={"name": name, "id_number": masks.mask(number), "note": row.fix_note},
    )
    return row


def _refuse_unless_open(row: DeclarationRow, contribution: Contribution) -> None:
    if row.result != Result.FAILURE:
        raise Refused(f"{row.name}没有导入失败，不用改正。")
    if DeclarationRow.objects.filter(previous=row).exists():
        raise Refused(f"{row.name}已经重新申报，请等这一次的反馈。")
    if contribution.ended_at:
        raise Refused(f"{row.name}的缴费记录{contribution.get_state_display()}，不用再申报。")


def _check(name: str, number: str) -> None:
    if not names.is_plausible(name):
        raise Refused(f"“{name}”不像姓名，请照身份证填写，只填汉字和间隔号，不加括号和备注。")
    if id_numbers.document_of(number) == id_numbers.DocumentType.BIRTH:
        return
    if problem := id_numbers.check(number, as_of=clock.today()):
        raise Refused(id_numbers.MESSAGES[problem])


def _change(resident: Resident, name: str, number: str) -> None:
    document = id_numbers.document_of(number)
    same = Resident.objects.filter(document_type=document, id_number=number).exclude(pk=resident.pk)
    if other := same.select_related("village").first():
        office = f"{county_word(resident.village_id)}医保局"
        if other.village_id[:6] != resident.village_id[:6]:
            raise Refused(f"这个号码已经在外县登记。请再核对身份证；确实没有录错的，请{office}与当地核实。")
        if other.merged_into_id == resident.pk:
            raise Refused(
                "这个号码在已并入此人的旧记录上。请先在居民页“更正证件号码”里改过来，再回到这里写明“已按身份证更正”，重新申报。"
            )
        raise Refused(
            f"这个号码已经登记在{other.village.name}“{masks.mask_name(other.name)}”名下。"
            f"是同一个人重复登记的，请{office}在居民库里合并；不是同一个人的，请再核对双方身份证。"
        )
    resident.name, resident.id_number, resident.document_type = name, number, document
    born = id_numbers.birth_date(number)
    if born:
        resident.birth_date = born
        resident.sex = Resident.Sex.MALE if id_numbers.sex(number) == "男" else Resident.Sex.FEMALE
    try:
        with transaction.atomic():
            resident.save(update_fields=["name", "id_number", "document_type", "birth_date", "sex"])
    except IntegrityError:
        raise Refused("这个号码刚刚被登记在另一个人名下，请刷新后再核对。") from None


def _due(contribution: Contribution, resident: Resident) -> Decimal | None:
    """What this person owes by the register, in yuan; None where it cannot be said."""
    quote = quote_residents(
        campaign=contribution.campaign, residents=[resident], paid_on=contribution.paid_on, taking_payment=False
    )[resident.pk]
    return None if isinstance(quote, QuoteError) else quote.due


def _refuse_another_amount(contribution: Contribution, before: Decimal | None, after: Decimal | None) -> None:
    """A corrected birth date can change what is due (subsidies by age): then the payment is made anew, not edited."""
    if before != after:
        due = "无法核算应缴金额" if after is None else f"应缴 {yuan(after)}"
        raise Refused(
            f"改正出生日期后这个人{due}，原来收了 {yuan(contribution.amount)}。"
            "请先冲销原来的缴费，按改正后的身份重新收费登记。"
        )


def is_late(row: DeclarationRow, today: date) -> bool:
    """Whether the village has let the deadline pass."""
    return row.fixed_at is None and row.fix_by is not None and row.fix_by < today
