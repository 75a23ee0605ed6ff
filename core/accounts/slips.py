"""The slip with somebody's first password: under which name to log in, and a code that opens the login with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import segno
from django.utils.safestring import SafeString, mark_safe

from core.accounts.selectors import login_names
from core.accounts.services import IssuedAccount


@dataclass(frozen=True)
class Slip:
    """`name` is the mobile number where it is this account's alone; `qr` a drawing, as SVG."""

    account: IssuedAccount
    name: str
    qr: SafeString


def slips_of(issued: Sequence[IssuedAccount], address: str) -> list[Slip]:
    """The slips of these accounts; `address` is the login's. The name stands behind the #: no server's log has it."""
    names = login_names([account.user for account in issued])
    slips = []
    for account in issued:
        name = names[account.user.pk]
        drawing = segno.make(f"{address}#{quote(name)}", error="m", micro=False).svg_inline(omitsize=True)
        slips.append(Slip(account, name, mark_safe(drawing)))  # noqa: S308 - drawn by segno from digits alone
    return slips
