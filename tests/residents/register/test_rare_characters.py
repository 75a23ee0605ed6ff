"""Rare characters travel unharmed: a workbook → the database → the page and the search → a workbook again."""

import io

import openpyxl
import pytest
from django.urls import reverse

from residents.people import names
from residents.people.models import Resident
from tests.residents.register.sheets import line, load

#: GB18030-2022, level 3, and CJK extensions: a character of each block.
RARE = {
    "extension A": "㛃",
    "URO addition": "鿏",
    "extension B": "𠅤",
    "extension C": "𪟝",
    "extension D": "𫝹",
    "extension E": "𫠠",
    "extension F": "𬺴",
    "extension G": "𰀀",
    "extension H": "𱍐",
    "general standard table": "𬱖",
    "a compatibility ideograph that is a character of its own": "﨑",
    "private use": "\ue5e5",
    "characters of names that GB 18030-2022 asks for at level 3": "𬭎𰻝䶮㳚𫍯",
}


@pytest.mark.parametrize("case", RARE)
def test_a_rare_character_arrives_as_it_was_sent(client, upload, clerk, case):
    name = f"王{RARE[case]}明"
    batch = load(upload, clerk, line(姓名=name))
    assert (batch.new, batch.bad) == (1, 0)
    person = Resident.objects.get(name=name)
    client.force_login(clerk)
    assert name in client.get(reverse("resident_story", args=[person.pk])).content.decode()
    answer = client.post(reverse("register_export"), {"region": "411325100"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert name in [cell.value for row in book.active.iter_rows() for cell in row]
    again = load(upload, clerk, line(姓名=name))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    if case != "a compatibility ideograph that is a character of its own":  # which GBK has
        assert names.rare_characters(name) == RARE[case] and f"U+{ord(RARE[case][0]):04X}" in names.rare_notice(name)
