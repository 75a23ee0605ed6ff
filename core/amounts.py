"""What every sum of yuan starts from. Without Django, so that rules can use it."""

from decimal import Decimal

ZERO = Decimal("0.00")


def yuan(amount: Decimal) -> str:
    """1,200.00 元, as sentences say it."""
    return f"{amount:,.2f} 元"
