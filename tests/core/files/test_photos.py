"""Photographs: what is taken, and that what is kept is written anew."""

import io

import pytest
from PIL import Image

from core.files import photos
from core.files.photos import read_photo
from core.refusals import Refused


def encoded(kind="PNG", size=(400, 300), mode="RGB", **options):
    data = io.BytesIO()
    Image.new(mode, size).save(data, kind, **options)
    return data.getvalue()


@pytest.mark.parametrize("kind", photos.FORMATS)
def test_usual_formats_are_kept_as_jpeg(kind):
    photo = read_photo(io.BytesIO(encoded(kind)))
    assert Image.open(io.BytesIO(photo.jpeg)).format == "JPEG"
    assert len(photo.sha256) == 64


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_any_colours(mode):
    assert Image.open(io.BytesIO(read_photo(io.BytesIO(encoded(mode=mode))).jpeg)).mode == "RGB"


def test_the_same_picture_is_the_same_photo():
    assert read_photo(io.BytesIO(encoded())) == read_photo(io.BytesIO(encoded()))


def test_large_ones_are_made_small():
    photo = read_photo(io.BytesIO(encoded("JPEG", (4000, 3000))))
    assert Image.open(io.BytesIO(photo.jpeg)).size == (2000, 1500)


def test_turned_upright_and_stripped():
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the phone on its side
    exif[0x010F] = "Phone"
    photo = read_photo(io.BytesIO(encoded("JPEG", (600, 300), exif=exif)))
    kept = Image.open(io.BytesIO(photo.jpeg))
    assert kept.size == (300, 600)
    assert not kept.getexif()


BAD = {
    "empty": b"",
    "text": b"not a picture",
    "half a picture": encoded("JPEG")[:400],
    "another format": encoded("GIF"),
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("name", BAD)
def test_not_pictures(name):
    with pytest.raises(Refused, match="不是能打开的照片"):
        read_photo(io.BytesIO(BAD[name]))


def test_the_iphones_own_format_is_named_with_the_way_out():
    with pytest.raises(Refused, match="HEIC.*兼容性最佳"):
        read_photo(io.BytesIO(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))


@pytest.mark.parametrize("size", [(199, 400), (400, 199)])
def test_too_small(size):
    with pytest.raises(Refused, match="太小"):
        read_photo(io.BytesIO(encoded(size=size)))


def test_too_many_pixels():
    with pytest.raises(Refused, match="尺寸过大"):
        read_photo(io.BytesIO(encoded(mode="1", size=(10_000, 6_001))))


def test_too_many_bytes():
    with pytest.raises(Refused, match="超过 15 MB"):
        read_photo(io.BytesIO(b"x" * (photos.LARGEST_BYTES + 1)))


def test_a_comment_and_a_colour_profile_stay_behind():
    written = io.BytesIO()
    Image.new("RGB", (300, 300)).save(written, "JPEG", comment=b"411325197005010017", icc_profile=b"x" * 200)
    photo = read_photo(io.BytesIO(written.getvalue()))
    assert b"411325197005010017" not in photo.jpeg and b"ICC_PROFILE" not in photo.jpeg
