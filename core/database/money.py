"""Sums of money in the database, exact to the cent on both engines."""

from decimal import Decimal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Sum
from django.db.models.functions import Round


class YuanSum(Sum):
    """Sum of amounts in yuan, exact to the cent on both engines: SQLite adds in binary fractions."""

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        return [*super().get_db_converters(connection), _to_the_cent]


def _to_the_cent(value: Any, expression: object, connection: BaseDatabaseWrapper) -> Decimal | None:
    return value and Decimal(value).quantize(Decimal("0.01"))


def cents(name: str) -> Round:
    """Return an amount in whole cents, for comparing sums in SQL: SQLite keeps decimals as binary fractions."""
    return Round(F(name) * 100)
