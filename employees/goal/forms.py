from typing import Any

from core.files.fields import SheetField
from core.tables.reader import COUNTY_LIST
from employees.declarations.forms import MonthForm


class RollForm(MonthForm):
    file = SheetField(label="养老参保名册", limits=COUNTY_LIST)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"].label = "名册月份"
