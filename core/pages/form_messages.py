"""What a form says of a field it cannot take: Django's own sentences speak of variables and fields; ours to people."""

from typing import Any

from django import forms
from django.core import validators

_NOT_OFFERED = "所选的不在可选的范围里，请重新选择。"
_OF_FIELDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "请填写这一栏。"},
    forms.ChoiceField: {"required": "请选择一项。", "invalid_choice": "“%(value)s”不在可选的范围里，请重新选择。"},
    forms.MultipleChoiceField: {
        "required": "请至少选择一项。",
        "invalid_choice": "“%(value)s”不在可选的范围里，请重新选择。",
        "invalid_list": _NOT_OFFERED,
    },
    forms.ModelChoiceField: {"required": "请选择一项。", "invalid_choice": _NOT_OFFERED},
    forms.ModelMultipleChoiceField: {
        "required": "请至少选择一项。",
        "invalid_choice": _NOT_OFFERED,
        "invalid_list": _NOT_OFFERED,
        "invalid_pk_value": _NOT_OFFERED,
    },
    forms.BooleanField: {"required": "请核对后勾选。"},
    forms.IntegerField: {"invalid": "请只填整数，例如 12。"},
    forms.DecimalField: {"invalid": "请只填数字，例如 400。"},
    forms.DateField: {"invalid": "日期没有填对，请照 2024-10-25 的样子填写。"},
    forms.DateTimeField: {"invalid": "时间没有填对，请照 2024-10-25 12:00 的样子填写。"},
    forms.FileField: {
        "required": "请选择文件。",
        "missing": "没有收到文件，请重新选择。",
        "invalid": "没有收到文件，请重新选择。",
        "empty": "文件是空的，请重新保存后再选择。",
        "max_length": "文件名太长，请改短到 %(max)d 个字以内。",
    },
}
_OF_VALIDATORS: dict[type[Any], str] = {
    validators.RegexValidator: "填写的内容不合要求，请核对。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s，请核对。",
    validators.MinValueValidator: "不能小于 %(limit_value)s，请核对。",
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请改短。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现在有 %(show_value)d 个。",
    validators.ProhibitNullCharactersValidator: "里面有看不见的字符，请重新输入。",
    validators.FileExtensionValidator: "不能用“%(extension)s”文件，请换成 %(allowed_extensions)s。",
}
_OF_DECIMALS = {
    "invalid": "请只填数字，例如 400。",
    "max_digits": "位数太多（最多 %(max)s 位），请核对。",
    "max_decimal_places": "小数点后最多 %(max)s 位，请核对。",
    "max_whole_digits": "数字太大，请核对是不是多写了 0。",
}


def install_form_messages() -> None:
    """Puts these sentences in the place of Django's, for every form of the site and of its admin."""
    for field, messages in _OF_FIELDS.items():
        field.default_error_messages = {**field.default_error_messages, **messages}
    for validator, message in _OF_VALIDATORS.items():
        validator.message = message
    validators.DecimalValidator.messages = {**validators.DecimalValidator.messages, **_OF_DECIMALS}
