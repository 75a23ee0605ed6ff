"""What everyone may see of a number, a phone, a name and a birth date.

The mask takes the birth date out of an identity number. Beside a masked number a birth date is therefore shown as its
year: with the day in the next column every number could be put together again (docs/decisions/masks.md).
"""

from datetime import date

#: The one answer about a number that belongs to somebody of whom the sender may not know (residents/people/disclosure).
WITHHELD_CODE = "withheld"
WITHHELD = "号码已在别处登记或姓名不符，请到乡镇窗口"


def mask_birth(born: date | None) -> str:
    """1970年: as much of a birth date as stands beside a masked number."""
    return f"{born.year}年" if born else ""


def mask(number: str) -> str:
    """411325********5200; a shorter document keeps its first and last two characters."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    if len(number) > 5:
        return number[:2] + "*" * (len(number) - 4) + number[-2:]
    return "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****6626; a landline or anything else keeps its last four digits."""
    if len(phone) == 11:
        return phone[:3] + "****" + phone[-4:]
    return "*" * max(len(phone) - 4, 0) + phone[-4:] if len(phone) > 4 else "*" * len(phone)


def mask_name(name: str) -> str:
    """王*, 王*平: the first character, and the last of a longer name."""
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]
