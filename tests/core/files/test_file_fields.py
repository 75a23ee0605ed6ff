"""Uploads: both sides of each size, and what the page is told so that a large file never travels."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from core.files.fields import PhotoField, SheetField, UploadField
from core.tables import reader
from tests.factories import photo


def file(size):
    return SimpleUploadedFile("名单.xlsx", b"x" * size)


@pytest.mark.parametrize(
    ("field", "most"), [(UploadField(most_bytes=2000), 2000), (SheetField(limits=reader.Limits(bytes=3000)), 3000)]
)
def test_the_largest_file_is_taken_and_the_next_is_not(field, most):
    assert field.clean(file(most)).size == most
    with pytest.raises(ValidationError, match="上限"):
        field.clean(file(most + 1))


@pytest.mark.parametrize(("given", "says"), [(None, "请选择文件"), (file(0), "0 字节")])
def test_no_file_and_an_empty_one(given, says):
    with pytest.raises(ValidationError, match=says):
        SheetField().clean(given)


def test_a_file_that_may_be_left_out():
    assert not UploadField(required=False).clean(None)
    assert not PhotoField(required=False).clean(None)


def test_the_page_knows_the_limit_and_the_kinds():
    class OneFile(forms.Form):
        file = SheetField(limits=reader.COUNTY_LIST)

    shown = str(OneFile()["file"])
    assert 'data-max-mb="50"' in shown and ".xlsx" in shown


def test_a_photograph_comes_back_read_and_anything_else_is_refused():
    assert PhotoField().clean(SimpleUploadedFile("a.png", photo(form="PNG"))).jpeg.startswith(b"\xff\xd8\xff")
    with pytest.raises(ValidationError, match="照片"):
        PhotoField().clean(file(500))
