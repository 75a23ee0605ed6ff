"""Forms for ledgers. They check the shape; services decide."""

from typing import Any

from django import forms

from collection.ledgers.columns import TITLES
from collection.ledgers.mending import MENDABLE
from collection.ledgers.models import LedgerBatch
from collection.ledgers.pasting import MOST_CHARACTERS
from core.files.fields import SheetField
from core.tables import reader

MOST_MB = reader.VILLAGE_LEDGER.bytes >> 20


class LedgerForm(forms.Form):
    file = SheetField(
        label="台账文件",
        help_text=f"WPS 或 Excel 表格（xlsx、xls、et、ods、csv），{MOST_MB} MB 以内。自己做的表也可以，"
        "要有姓名、身份证号码、实缴金额、缴费日期、收据号这几列。",
        error_messages={
            "required": "请选择台账文件。",
            "empty": "文件是空的（0 字节），可能没有保存好。请重新保存后再上传。",
            "max_length": "文件名太长，请改短后再上传。",
        },
        max_length=200,
    )


class PasteForm(forms.Form):
    text = forms.CharField(
        label="台账各行",
        strip=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 12, "data-grid": "台账各行", "class": "id"}),
        help_text="第一行是表头，要有姓名、身份证号码、实缴金额、缴费日期、收据号这几列，次序不限。",
        error_messages={
            "required": "请粘贴要报的行。",
            "max_length": "粘贴的内容太多，请分成几次，或改为上传文件。",
        },
    )


class LedgerFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *LedgerBatch.State.choices])
    q = forms.CharField(label="村名", required=False, max_length=40)


class RowForm(forms.Form):
    """What a bad row is to say. The identity number is left empty where it stays: it is not shown whole."""

    def __init__(self, *args: Any, written: dict[str, str], wrong: set[str], **options: Any) -> None:
        super().__init__(*args, **options)
        for key in sorted(MENDABLE, key=lambda key: key not in wrong):
            field = forms.CharField(label=TITLES[key], required=False, max_length=60, initial=written[key])
            if key == "id_number":
                field.initial, field.help_text = "", "不改就不用填。"
            if key == "amount":
                field.widget.attrs["inputmode"] = "decimal"
            if key in wrong:
                field.widget.attrs["aria-invalid"] = "true"
            self.fields[key] = field
        self.wrong = [self[key] for key in self.fields if key in wrong]
        self.others = [self[key] for key in self.fields if key not in wrong]

    def cells(self) -> dict[str, str]:
        """Return what was typed, by column: a field that was not sent, or a number left empty, stays as it is."""
        typed = {key: text for key, text in self.cleaned_data.items() if self.add_prefix(key) in self.data}
        return {key: text for key, text in typed.items() if key != "id_number" or text}


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="撤回的原因",
        max_length=100,
        help_text="例如：传错了文件；收据号整列填错。",
        error_messages={"required": "请写明撤回的原因。"},
    )
