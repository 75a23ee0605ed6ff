"""What tests/reading.py notes: what is looked up by its name, and nothing that was merely sent."""

from django.http import QueryDict

from tests.reading import names_in, names_read


def test_what_is_looked_up_is_noted_wherever_it_is():
    with names_read() as read:
        sent = QueryDict("page=2&q=x&township=411325101&state=open")
        assert (sent.get("page"), "export" in sent, sent.getlist("state")) == ("2", False, ["open"])
        assert sent.copy()["q"] == "x"
        assert sent.urlencode() and sent.get("year") is None
    assert names_in(read) == {"page", "export", "state", "q", "year"}
    assert names_in(read, but_in=sent) == {"q"}
    assert sent["township"] and "township" not in names_in(read), "the block has ended"
