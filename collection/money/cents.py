from django.db.models import F
from django.db.models.functions import Round


def cents(name: str) -> Round:
    """An amount in whole cents, for comparing sums in the database: SQLite keeps decimals as binary fractions."""
    return Round(F(name) * 100)
