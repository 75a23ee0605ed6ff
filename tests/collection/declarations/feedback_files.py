"""The tax bureau's answer to a declaration, as a file."""

from tests.factories import workbook


def book(rows, title="导入结果", heading=("序号", "姓名", "证件号码", "导入结果", "失败原因")):
    return workbook([heading, *rows], sheet=title)


def answers(declaration, *said):
    """A row a person of the declaration: True for taken in, a text for refused, None for left out."""
    rows = zip(declaration.rows.order_by("pk"), said, strict=False)
    return [
        (n, row.name, row.id_number, "成功" if word is True else "失败", "" if word is True else word)
        for n, (row, word) in enumerate(rows, 1)
        if word is not None
    ]
