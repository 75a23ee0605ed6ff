"""A page of several forms: every field has an id of its own, and every label leads to its own field."""

import re

import pytest
from django.template.loader import render_to_string

from core.pages.forms import ReasonForm


@pytest.fixture
def drawn(rf):
    def draw(*drawn_forms):
        request = rf.get("/")
        return "".join(render_to_string("components/form.html", {"form": form}, request) for form in drawn_forms)

    return draw


@pytest.mark.parametrize("again", [ReasonForm(), None], ids=["one form for every row", "a form for every row"])
def test_a_label_leads_to_the_field_beside_it(drawn, again):
    page = drawn(*(again or ReasonForm() for _ in range(3)))
    ids, labels = re.findall(r' id="([^"]*)"', page), re.findall(r' for="([^"]*)"', page)
    assert ids == labels and len(set(ids)) == 3


def test_the_only_form_of_a_page_keeps_its_ids(drawn):
    assert drawn(ReasonForm()) == drawn(ReasonForm())
    assert 'id="id_reason"' in drawn(ReasonForm())


def test_an_error_is_told_of_beside_its_own_field(drawn):
    page = drawn(ReasonForm(), ReasonForm({"reason": ""}))
    assert 'aria-describedby="id2_reason_error"' in page and 'id="id2_reason_error"' in page
