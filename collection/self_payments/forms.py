from django import forms


class SettleForm(forms.Form):
    id_number = forms.CharField(
        label="这个人在居民库里的证件号码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "id"}),
    )
    note = forms.CharField(label="核实说明", max_length=200, help_text="怎么核实的，例如：户口簿曾用名。")


class NoteForm(forms.Form):
    note = forms.CharField(label="处理说明", max_length=200, error_messages={"required": "请写明怎么处理的。"})
