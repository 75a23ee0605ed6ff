from django import forms


class SettleForm(forms.Form):
    id_number = forms.CharField(
        label="这个人在居民库里的证件号码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "id"}),
    )
    note = forms.CharField(label="核实说明", max_length=200, help_text="核实方法，例如：户口簿曾用名。")


class NoteForm(forms.Form):
    note = forms.CharField(label="处理说明", max_length=200, error_messages={"required": "请写明处理情况。"})


class UndoneForm(forms.Form):
    is_true = forms.TypedChoiceField(
        label="核实结果",
        choices=[("1", "属实：税务已退回或撤销，冲销这笔缴费"), ("0", "不属实：缴费保留")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="核实说明", max_length=150, error_messages={"required": "请写明核实方法。"})
