"""What forms say of a field: no form of the site speaks of variables, fields or formats."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from collection.cash.forms import DepositForm


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        (forms.CharField(), "", "请填写这一栏。"),
        (forms.CharField(max_length=3), "四个字了", "最多 3 个字，现在有 4 个，请改短。"),
        (forms.CharField(min_length=2), "一", "至少 2 个字，现在有 1 个。"),
        (forms.CharField(), "甲\0", "里面有看不见的字符，请重新输入。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "", "请选择一项。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "b", "“b”不在可选的范围里，请重新选择。"),
        (forms.MultipleChoiceField(choices=[("a", "甲")]), [], "请至少选择一项。"),
        (forms.BooleanField(), False, "请核对后勾选。"),
        (forms.IntegerField(), "三", "请只填整数，例如 12。"),
        (forms.IntegerField(min_value=1), "0", "不能小于 1，请核对。"),
        (forms.IntegerField(max_value=9), "10", "不能大于 9，请核对。"),
        (forms.DecimalField(), "一千", "请只填数字，例如 400。"),
        (forms.DecimalField(max_digits=9, decimal_places=2), "12.345", "小数点后最多 2 位，请核对。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "123", "数字太大，请核对是不是多写了 0。"),
        (forms.DateField(), "昨天", "日期没有填对，请照 2024-10-25 的样子填写。"),
        (forms.FileField(), None, "请选择文件。"),
    ],
)
def test_a_field_says_what_to_do(field, value, says):
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    assert says in refused.value.messages


def test_the_forms_of_the_site_speak_so_too():
    form = DepositForm({"slip_no": "", "paid_on": "昨天", "amount": "-5"}, accounts=None)
    assert form.errors["slip_no"] == ["请填写这一栏。"]
    assert form.errors["paid_on"] == ["日期没有填对，请照 2024-10-25 的样子填写。"]
    assert form.errors["amount"] == ["不能小于 0.01，请核对。"]
