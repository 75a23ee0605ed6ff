from django import forms

from core.files.fields import SheetField
from core.tables.reader import COUNTY_REGISTER


class RegisterFileForm(forms.Form):
    file = SheetField(
        label="居民登记册",
        limits=COUNTY_REGISTER,
        help_text=f"xlsx、xls、ods、WPS 或 csv，最大 {COUNTY_REGISTER.bytes >> 20} MB。要有姓名、身份证号码、行政村；"
        "可以有性别、出生日期、乡镇、户编号、与户主关系、联系电话、住址、参保年度。",
    )
