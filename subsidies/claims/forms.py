from django import forms

from core.files.fields import SheetField
from core.tables import reader


class ClaimListForm(forms.Form):
    """A list of whom the fund paid for in a year."""

    year = forms.IntegerField(label="报销年度", min_value=2003, max_value=2100)
    complete = forms.BooleanField(
        label="这是本地全年的完整清单",
        required=False,
        help_text="只有完整清单能说明谁全年没有报销。不完整的不要勾，只登记清单上有报销的人。",
    )
    document = forms.CharField(label="依据", max_length=120, help_text="清单从哪个系统、哪一天导出，或哪份文件。")
    file = SheetField(
        label="报销清单",
        limits=reader.COUNTY_LIST,
        help_text="要有姓名、身份证号码、基金支付金额三列；用过大病保险提高额度的，另写使用奖励额度。",
    )
