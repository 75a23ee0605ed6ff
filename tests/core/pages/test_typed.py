"""What is typed is kept whole or refused."""

import pytest

from core.pages.text import whole


@pytest.mark.parametrize(("text", "kept"), [("  四个字呢 ", "四个字呢"), ("", ""), (None, ""), ("五个字多了", None)])
def test_whole_or_refused(text, kept):
    if kept is None:
        with pytest.raises(KeyError, match="原因太长：最多 4 个字，现在是 5 个"):
            whole(text, "原因", 4, KeyError)
    else:
        assert whole(text, "原因", 4, KeyError) == kept
