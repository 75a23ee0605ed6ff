"""A masked number beside the whole birth date would be whole: lists, pages, exports and the admin tell the year."""

import io

import openpyxl
import pytest
from django.urls import reverse

from core.audit.models import Event
from residents.counter.corrections import correct_birth_date

HERE = "411325100001"
WAYS = ("1970-05-17", "19700517", "1970年5月17日", "1970/5/17", "1970年05月17日")


@pytest.fixture
def person(campaign, make_resident):
    mother = make_resident(HERE, name="李秀英", birth="1970-05-17", sex="F")
    twin = make_resident(HERE, name="李秀英", birth="1970-05-17", sex="F")
    assert twin.pk != mother.pk
    return mother


def pages(person):
    return {
        "list": reverse("resident_list"),
        "story": reverse("resident_story", args=[person.pk]),
        "merging": reverse("merge_list"),
        "change": reverse("resident_change", args=[person.pk]),
        "corrections": reverse("resident_corrections", args=[person.pk]),
        "admin list": reverse("admin:residents_resident_changelist"),
        "admin": reverse("admin:residents_resident_change", args=[person.pk]),
    }


@pytest.mark.parametrize("page", ["list", "story", "merging", "change", "corrections", "admin list", "admin"])
def test_a_page_tells_the_year(client, person, make_user, page):
    client.force_login(make_user("county", "411325"))
    text = client.get(pages(person)[page]).content.decode()
    assert "李秀英" in text and person.id_number not in text
    assert not [way for way in WAYS if way in text], page
    if page != "change":
        assert "1970年" in text


def test_the_whole_number_comes_with_the_whole_date_and_an_event(client, person, make_user):
    client.force_login(make_user("county", "411325"))
    page = client.post(reverse("resident_number", args=[person.pk]), {"purpose": "核对身份证"}).content.decode()
    assert person.id_number in page and "1970-05-17" in page
    assert Event.objects.filter(action="resident.see_number").count() == 1


def test_the_story_of_a_correction_tells_no_date(client, person, make_user, make_resident):
    county = make_user("county", "411325")
    baby = make_resident(HERE, name="王小花", birth="1970-05-16", document_type="birth", id_number="W123456789")
    correct_birth_date(resident=baby, birth_date=person.birth_date, source="出生证", actor=county)
    client.force_login(county)
    text = client.get(reverse("resident_story", args=[baby.pk])).content.decode()
    assert "更正 王小花 的出生日期" in text and not [way for way in WAYS if way in text]


def test_a_masked_export_tells_the_year(client, person, make_user):
    client.force_login(make_user("county", "411325"))
    answer = client.post(reverse("register_export"), {"region": "411325100"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "1970年" in cells and person.id_number not in cells
    assert not [cell for cell in cells if any(way in cell for way in WAYS)]
