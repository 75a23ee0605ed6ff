from core.files.fields import SheetField
from core.tables.reader import COUNTY_LIST
from employees.declarations.forms import MonthForm


class MonthFileForm(MonthForm):
    file = SheetField(label="多单位申报表", limits=COUNTY_LIST)
