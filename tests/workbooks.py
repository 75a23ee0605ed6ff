from tests.factories import workbook  # noqa: F401
