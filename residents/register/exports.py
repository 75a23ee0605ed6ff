"""The register as a workbook: masked for daily use, whole through core/exports alone."""

from collections.abc import Iterator

from django.db.models import QuerySet

from core.access import masks
from core.exports.services import Writer, register_writer
from residents.people.models import Resident

COLUMNS = (
    ("乡镇", 12),
    ("行政村", 18),
    ("户编号", 14),
    ("户主", 10),
    ("姓名", 10),
    ("证件类型", 12),
    ("证件号码", 22),
    ("性别", 6),
    ("出生日期", 12),
    ("联系电话", 14),
    ("状态", 10),
    ("状态起", 12),
)
_FIELDS = (
    "village__parent__name",
    "village__name",
    "household__number",
    "household__head_name",
    "name",
    "document_type",
    "id_number",
    "sex",
    "birth_date",
    "phone",
    "status",
    "status_on",
)


def exported_rows(residents: QuerySet[Resident], *, whole: bool) -> Iterator[tuple[object, ...]]:
    """The rows under COLUMNS; numbers, phones and birth dates masked unless `whole`."""
    documents, sexes, statuses = map(dict, (Resident.Document.choices, Resident.Sex.choices, Resident.Status.choices))
    rows = residents.order_by("village_id", "household_id", "id").values_list(*_FIELDS)
    for *place, document, number, sex, born, phone, status, since in rows.iterator(chunk_size=5000):
        if not whole:
            number, born, phone = masks.mask(number), masks.mask_birth(born), masks.mask_phone(phone)
        document, sex, status = documents.get(document, document), sexes[sex], statuses[status]
        yield (*place, document, number, sex, born, phone, status, since)


def _residents(region_code: str) -> QuerySet[Resident]:
    return Resident.objects.in_region(region_code)


register_writer(
    "residents",
    Writer(
        count=lambda region, _: _residents(region).count(),
        columns=COLUMNS,
        rows=lambda region, _: exported_rows(_residents(region), whole=True),
    ),
)
