"""What tests are made of, in one place: invented people with numbers that pass the check, accounts, workbooks, photos.

`make_user` and `make_resident` of conftest.py are these functions as fixtures. One row of every model is planted by
`tests/planting.py`; the worlds of a topic stand beside its tests.
"""

import datetime
import io

import xlsxwriter
from django.utils import timezone
from PIL import Image

PASSWORD = "test-Pass-1234"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def invented_number(born: datetime.date, sex: str, serial: int, area: str = "411325") -> str:
    """An 18-digit number that passes GB 11643; `serial` 0–499 makes it unique for a birth date, sex and area."""
    order = (serial % 500) * 2 + (1 if sex == "M" else 0)
    body = f"{int(area) + serial // 500:06d}{born:%Y%m%d}{order:03d}"
    return with_check_digit(body)


def with_check_digit(body: str) -> str:
    """Seventeen digits and the eighteenth character of GB 11643, worked out apart from the product."""
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def create_user(role: str, region: str | None = None, **fields):
    """`create_user("township", "411325101")` → an account with PASSWORD, which need not be changed."""
    from core.accounts.models import User

    number = User.objects.count() + 1
    fields = {"username": f"{role}{number}", "name": f"测试{number}", "must_change_password": False, **fields}
    fields.setdefault("guided_at", timezone.now())
    return User.objects.create_user(password=PASSWORD, role=role, region_id=region, **fields)


def create_resident(village: str, *, name: str = "王小明", birth: str = "1970-05-01", sex: str = "M", **fields):
    """`create_resident("411325101200", name=…)` → an invented resident whose number passes the check."""
    from residents.people.models import Resident

    born = datetime.date.fromisoformat(birth)
    number = fields.pop("id_number", None) or invented_number(born, sex, Resident.objects.count())
    return Resident.objects.create(
        village_id=village,
        name=name,
        birth_date=born,
        sex=sex,
        id_number=number,
        registered_on=fields.pop("registered_on", datetime.date(2024, 1, 1)),
        **fields,
    )


def workbook(rows, *, sheet: str = "Sheet1") -> bytes:
    """An xlsx with these rows. The same rows are the same bytes, at whatever second they are written."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime.datetime(2024, 10, 1)})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def photo(colour: str = "white", form: str = "JPEG", size: tuple[int, int] = (400, 300)) -> bytes:
    """A picture of one colour, as a phone would send it."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()
