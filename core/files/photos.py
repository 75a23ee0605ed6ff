"""Photographs that people upload: checked to be pictures, turned upright, made small, and written anew.

Writing them anew leaves behind whatever else the file held (location, camera, hidden payloads).
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps, UnidentifiedImageError

from core.accounts.models import User
from core.files import services as attachments
from core.files.models import Attachment
from core.refusals import Refused

LARGEST_BYTES = 15 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
SMALLEST_SIDE = 200
LONG_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")
#: How Apple's own format begins, which Pillow does not read.
HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph ready to be kept: JPEG bytes and their sha256. The same picture gives the same bytes."""

    jpeg: bytes
    sha256: str


def read_photo(file: "BinaryIO | File[Any]") -> Photo:
    """Raises Refused for anything that is not a JPEG, PNG or WebP picture of reasonable size."""
    data = file.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise Refused(f"照片超过 {LARGEST_BYTES // 1024 // 1024} MB，请用手机默认清晰度重新拍摄。")
    if data[4:12] in HEIC:
        raise Refused("这是苹果手机的 HEIC 照片，请在手机“设置—相机—格式”选“兼容性最佳”后重拍，或截图后上传。")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > LARGEST_PIXELS:
                raise Refused(f"照片尺寸过大（{width}×{height}），请用手机默认清晰度重新拍摄。")
            if min(width, height) < SMALLEST_SIDE:
                raise Refused(f"照片太小（{width}×{height}），看不清内容，请重新拍摄。")
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((LONG_SIDE, LONG_SIDE))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise Refused("这个文件不是能打开的照片，请上传 JPG、PNG 或 WebP 格式的照片。") from None
    # Pillow writes a picture's comment back; everything that is no picture stays behind.
    upright.info = {}
    encoded = io.BytesIO()
    upright.save(encoded, "JPEG", quality=85)
    jpeg = encoded.getvalue()
    return Photo(jpeg, hashlib.sha256(jpeg).hexdigest())


def store_photo(*, photo: Photo, name: str, region: str, actor: User, kind: str = "photo") -> Attachment:
    """Keeps a photograph for a region; the browser shows it to those who may see the region.

    `kind`: what whole identity numbers may stand on is "paper" or "id_card"; who opens it leaves an event.
    """
    stem = name.rsplit(".", 1)[0][-100:] or "照片"
    return attachments.store(file=ContentFile(photo.jpeg), name=f"{stem}.jpg", kind=kind, region=region, actor=actor)


def store_paper(*, paper: "Photo | File[bytes]", name: str, region: str, actor: User) -> Attachment:
    """Keep a document that proves something: a photograph made small, or a PDF as it came."""
    if isinstance(paper, Photo):
        return store_photo(photo=paper, name=name, region=region, actor=actor, kind="paper")
    return attachments.store(file=paper, name=paper.name or name, kind="evidence", region=region, actor=actor)
