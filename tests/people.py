"""Invented people."""

import datetime

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def invented_number(born: datetime.date, sex: str, serial: int, area: str = "411325") -> str:
    """An 18-digit number that passes GB 11643; `serial` 0–499 makes it unique for a birth date, sex and area."""
    order = (serial % 500) * 2 + (1 if sex == "M" else 0)
    body = f"{int(area) + serial // 500:06d}{born:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
