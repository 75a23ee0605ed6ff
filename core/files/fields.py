"""Fields for files that people upload: how large, of which kind; what is in them, reading decides."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from core.files.photos import LARGEST_BYTES, Photo, read_photo
from core.refusals import Refused
from core.tables import reader

SHEETS = ".xlsx,.xls,.et,.ods,.csv,.xlsm,.xlsb"
IMAGES = "image/jpeg,image/png,image/webp"
PAPERS = f"{IMAGES},application/pdf"


class UploadField(forms.FileField):
    """A file of at most so many bytes; static/app.js refuses a larger one before it travels."""

    accept = ""
    advice = "请压缩后再上传，或只上传需要的一页。"
    default_error_messages = {"required": "请选择文件。", "empty": "文件是空的（0 字节），请重新保存后再上传。"}

    def __init__(self, *, most_bytes: int = 10 << 20, **options: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {**super().widget_attrs(widget), "data-max-mb": self.most_bytes >> 20}
        return {**attrs, "accept": self.accept} if self.accept else attrs

    def validate(self, value: "UploadedFile[Any] | None") -> None:
        super().validate(value)
        if value and value.size is not None and value.size > self.most_bytes:
            size = f"文件有 {value.size / (1 << 20):.0f} MB，超过 {self.most_bytes >> 20} MB 的上限。"
            raise ValidationError(f"{size}{self.advice}")


class SheetField(UploadField):
    """A spreadsheet, within the limits of the one who reads it."""

    accept = SHEETS
    advice = "请删去图片和多余的工作表，或分成几个文件上传。"

    def __init__(self, *, limits: reader.Limits = reader.VILLAGE_LEDGER, **options: Any) -> None:
        super().__init__(most_bytes=limits.bytes, **options)


class PhotoField(UploadField):
    """A photograph, read and made small: gives a Photo."""

    accept = IMAGES

    def __init__(self, **options: Any) -> None:
        super().__init__(most_bytes=LARGEST_BYTES, **options)

    def clean(self, data: Any, initial: Any = None) -> Photo | None:
        file = super().clean(data, initial)
        return file and as_photo(file)


class PaperField(UploadField):
    """A document: a photograph, which gives a Photo, or a PDF."""

    accept = PAPERS

    def __init__(self, **options: Any) -> None:
        super().__init__(most_bytes=LARGEST_BYTES, **options)

    def clean(self, data: Any, initial: Any = None) -> "Photo | UploadedFile[Any] | None":
        file = super().clean(data, initial)
        return file and as_paper(file)


def as_photo(file: "UploadedFile[Any]") -> Photo:
    """The photograph in a file, as a Photo."""
    try:
        return read_photo(file)
    except Refused as refused:
        raise ValidationError(str(refused)) from None


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(UploadField):
    """Several files; gives a list of what `each` makes of them."""

    widget = FilesInput

    def __init__(self, *, each: Callable[[Any], Any], accept: str, **options: Any) -> None:
        self.each, self.accept = each, accept
        super().__init__(most_bytes=LARGEST_BYTES, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return [self.each(super(FilesField, self).clean(file, initial)) for file in files if file]


def as_paper(file: "UploadedFile[Any]") -> "Photo | UploadedFile[Any]":
    """A photograph as Photo; a PDF as it is."""
    head = file.read(5)
    file.seek(0)
    if head == b"%PDF-":
        return file
    return as_photo(file)
