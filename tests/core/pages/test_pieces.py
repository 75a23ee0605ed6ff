"""A page in pieces: whoever takes gzip gets one sound member of it, and everybody the same page."""

import gzip

import pytest

from core.pages.pieces import HERE, page_of_pieces

HTML = f"<p>头</p>{HERE}<p>尾</p>"
#: Pieces that are alike: one compressed after another would lean on it.
CASES = {
    "one": ["甲" * 500],
    "alike": ["户主李春生" * 90, "户主李春生" * 90, "户主李春生" * 90],
    "an empty one": ["甲", "", "乙"],
    "none": [],
}


@pytest.mark.parametrize("texts", CASES.values(), ids=CASES)
@pytest.mark.parametrize("accepts", ["gzip", "br, gzip;q=0.8", "identity", ""])
def test_everybody_gets_the_same_page(rf, texts, accepts):
    pieces = [text.encode() for text in texts]
    for these in (pieces, pieces[::-1]):  # each piece is sound beside any other
        answer = page_of_pieces(rf.get("/", headers={"accept-encoding": accepts}), HTML, these)
        assert answer.has_header("Content-Encoding") == ("gzip" in accepts)
        plain = gzip.decompress(answer.content) if "gzip" in accepts else answer.content
        assert plain.decode() == "<p>头</p>" + b"".join(these).decode() + "<p>尾</p>"
        assert answer["Vary"] == "Accept-Encoding"


def test_the_length_tells_nothing(rf):
    """Who sees only lengths cannot guess at a token in the page (BREACH)."""
    request = rf.get("/", headers={"accept-encoding": "gzip"})
    assert len({len(page_of_pieces(request, HTML, [b"x"]).content) for _ in range(40)}) > 1
