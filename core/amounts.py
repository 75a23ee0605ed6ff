"""What every sum of yuan starts from. Without Django, so that rules can use it."""

from decimal import Decimal

ZERO = Decimal("0.00")
