"""Who is to be paid for, pasted out of a table: read as in every list, and strangers leave one event."""

import pytest

from collection.gifts.pasting import read_people

NUMBER = "411325199001010023"


@pytest.mark.parametrize(
    ("line", "person"),
    [
        (f"王小红\t{NUMBER}", ("王小红", NUMBER)),
        (f"王小红 {NUMBER}", ("王小红", NUMBER)),
        (f"王小红，{NUMBER}", ("王小红", NUMBER)),
        (f"1\t王小红\t{NUMBER}", ("王小红", NUMBER)),
        (f" 王 小红 '{NUMBER} ", ("王小红", NUMBER)),
        ("王小红 411325 19900101 0023", ("王小红", NUMBER)),
        ("王\u200b小\u3164红\u202e 411325１９９００１０１0023\ufe0f", ("王小红", NUMBER)),
        ("⻢小红 41132519900101002x", ("马小红", "41132519900101002X")),
        ("王小红", ("王小红", "")),
        (NUMBER, ("", NUMBER)),
        ("姓名 身份证号码", None),
        ("序号\t姓名\t身份证号码", None),
        ("合计 2人", None),
        ("审核人：李四", None),
        ("——以下空白——", None),
        (" \t ", None),
    ],
)
def test_a_line_of_a_table(line, person):
    assert list(read_people(f"\n{line}\n")) == ([(2, *person)] if person else [])
