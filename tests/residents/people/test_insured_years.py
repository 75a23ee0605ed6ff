"""The years of insurance as people write them: each way of writing, and what is asked about instead of guessed."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.people.insured_years import FIRST_YEAR, read_insured_years

READ = {
    "one": ("2024", [2024]),
    "a number cell": (2024, [2024]),
    "a float cell": (2024.0, [2024]),
    "with 年": ("2024年", [2024]),
    "a number as spreadsheets hand it over": (2024.0, [2024]),
    "that number as text": ("2024.0", [2024]),
    "with 年度": ("2023年度、2024年度", [2023, 2024]),
    "enumerated": ("2021、2022、2024", [2021, 2022, 2024]),
    "commas of both widths": ("2021,2022，2024", [2021, 2022, 2024]),
    "spaces": ("2021 2022 2024", [2021, 2022, 2024]),
    "lines": ("2021\n2022\n", [2021, 2022]),
    "run together with 年": ("2021年2022年2024年", [2021, 2022, 2024]),
    "a hyphen": ("2019-2023", [2019, 2020, 2021, 2022, 2023]),
    "a dash": ("2019—2021", [2019, 2020, 2021]),
    "a double dash": ("2019——2021", [2019, 2020, 2021]),
    "a wave": ("2019～2021", [2019, 2020, 2021]),
    "至": ("2020至2024", [2020, 2021, 2022, 2023, 2024]),
    "到, with 年": ("2020年到2022年", [2020, 2021, 2022]),
    "spaces around": ("2020 - 2022", [2020, 2021, 2022]),
    "since": ("2018年起", [2018, 2019, 2020, 2021, 2022, 2023, 2024]),
    "to this day": ("2022年至今", [2022, 2023, 2024]),
    "ever since": ("2023年以来", [2023, 2024]),
    "mixed": ("2019,2021-2023", [2019, 2021, 2022, 2023]),
    "with a word": ("2022-2024连续参保", [2022, 2023, 2024]),
    "twice": ("2023、2023", [2023]),
    "not in order": ("2024、2022", [2022, 2024]),
    "full width": ("２０２２－２０２３", [2022, 2023]),
    "the first year": (str(FIRST_YEAR), [FIRST_YEAR]),
    "a single range": ("2024-2024", [2024]),
    "nothing": (None, []),
    "blank": ("  ", []),
    "none": ("无", []),
    "a dash for none": ("-", []),
}

ASKED = {
    "the last five years": "近五年",
    "two-digit years": "19-23",
    "a two-digit end": "2019-23",
    "another language's list": "2021&2022",
    "run together": "20212022",
    "a day": datetime.datetime(2024, 1, 1),
    "an Excel day": 45292,
    "a number of years": "5年",
    "one that is cut": "2021、202",
    "backwards": "2023-2019",
    "the future": "2025",
    "since the future": "2025年起",
    "before there was insurance": "2002",
    "from before": "2000-2010",
    "a remark": "2021（断保一年）",
    "too long": "2021、" * 100,
    "a superscript": "202²",
    "a point": "2021.5",
    "a fraction": 2021.5,
    "two numbers as text": "2022.0、2024.0",
    "a formula error": "#N/A",
    "true": True,
}


@pytest.mark.parametrize("case", READ)
def test_read(case):
    written, years = READ[case]
    assert read_insured_years(written, last=2024) == (years, "")


@pytest.mark.parametrize("case", ASKED)
def test_asked_about(case):
    years, problem = read_insured_years(ASKED[case], last=2024)
    assert years == [] and "参保年度" in problem and "请" in problem


@given(st.one_of(st.text(), st.integers(), st.floats(), st.text(alphabet="2014-至、年起 ", max_size=30)))
def test_no_cell_breaks_it_and_no_year_is_out_of_bounds(cell):
    years, problem = read_insured_years(cell, last=2024)
    assert years == sorted(set(years)) and all(FIRST_YEAR <= year <= 2024 for year in years)
    assert not (years and problem)
