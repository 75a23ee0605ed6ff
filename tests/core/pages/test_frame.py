"""What stands around a page is drawn once for all who see it alike, and is each reader's own all the same."""

import re

import pytest
from django.middleware.csrf import _unmask_cipher_token
from django.test import Client

from core.audit import changes
from core.audit.services import event as unsaved
from core.audit.services import record, record_all, record_each
from core.regions.models import Region

VILLAGE, BESIDE = "411325101200", "411325101201"
pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')


def test_each_reader_has_their_own_name_place_and_token(campaign, make_user):
    pages = []
    for number, (role, place) in enumerate([("village", VILLAGE), ("village", BESIDE), ("county", "411325")]):
        user = make_user(role, place, name=f"第{number}人", large_type=role == "county")
        client = Client()
        client.force_login(user)
        pages.append((user, client.get("/settings/").content.decode()))
    for user, page in pages:
        others = [other.name for other, _ in pages if other != user]
        assert user.name in page and not [name for name in others if name in page]
        assert ("large.css" in page) == user.large_type
        assert len(_secrets(page)) == 1, "the forms of the frame and those of the page carry one reader's token"
    assert len(set.union(*(_secrets(page) for _, page in pages))) == len(pages)


def _secrets(page: str) -> set[str]:
    """What the masked tokens of a page stand for."""
    return set(map(_unmask_cipher_token, TOKEN.findall(page)))


def test_a_changed_name_stands_on_the_next_page(client, campaign, make_user):
    user = make_user("village", VILLAGE, name="旧名")
    client.force_login(user)
    client.get("/settings/")
    type(user).objects.filter(pk=user.pk).update(name="新<名")
    page = client.get("/settings/").content.decode()
    assert "新&lt;名" in page and "旧名" not in page


WRITES = {
    "one": lambda: record("test.change", actor=None, summary="改动"),
    "many": lambda: record_all([unsaved("test.change", actor=None, summary="改动")]),
    "each": lambda: record_each(
        "test.change", Region.objects.filter(pk="411325"), actor=None, summary="改动", region="code"
    ),
}


@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_a_request_goes_by_what_came_with_the_account_until_it_writes_an_event(campaign, writes):
    before = changes.newest_change()
    with changes.known_to_request():
        assert changes.newest_change() == before, "nothing came with an account"
        changes.note_newest(before - 1)
        assert changes.newest_change() == before - 1
        writes()
        assert changes.newest_change() > before
    assert changes.newest_change() > before
