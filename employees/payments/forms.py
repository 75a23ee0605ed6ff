from django import forms

from core.files.fields import SheetField
from core.tables.reader import COUNTY_LIST


class PaidFileForm(forms.Form):
    file = SheetField(label="已缴清单", limits=COUNTY_LIST)
