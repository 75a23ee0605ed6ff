"""What is typed is kept whole or refused."""

import pytest

from core.refusals import Refused
from core.text import clean_text, required_text


@pytest.mark.parametrize(("text", "kept"), [("  四个字呢 ", "四个字呢"), ("", ""), (None, ""), ("五个字多了", None)])
def test_whole_or_refused(text, kept):
    if kept is None:
        with pytest.raises(Refused, match="原因太长：最多 4 个字，现在是 5 个"):
            clean_text(text, "原因", 4)
    else:
        assert clean_text(text, "原因", 4) == kept


@pytest.mark.parametrize("text", ["", "  ", None])
def test_nothing_is_refused_where_something_is_required(text):
    with pytest.raises(Refused, match="请填写原因。"):
        required_text(text, "原因")
