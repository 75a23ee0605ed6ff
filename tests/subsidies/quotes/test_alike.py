"""People alike are quoted once, and get what they would get alone."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidies.policy import policies
from subsidies.quotes.alike import Quoter
from subsidies.quotes.quote import QuoteError, Recognition, quote

POLICIES = ("411325-2025", "411323-2026", "140521-2026", "130628-2026", "140405-2026")


def alone(policy, *, taking_payment, last_insured, **facts):
    years = [last_insured] if last_insured and facts["birth_date"].year <= last_insured < policy.year else []
    try:
        return quote(policy, insured_years=years, taking_payment=taking_payment, **facts)
    except QuoteError as error:
        return str(error)


@pytest.mark.parametrize("policy_id", POLICIES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_a_group_gets_each_would_get_alone(policy_id, data):
    policy = policies.load(policy_id)
    start = policy.period.start
    # Days near the edges on which birth dates decide, and some far away.
    births = st.one_of(
        st.dates(start - datetime.timedelta(days=1400), policy.year_end),
        st.dates(datetime.date(1890, 1, 1), start),
    )
    facts = st.fixed_dictionaries(
        {
            "birth_date": births,
            "paid_on": st.dates(start - datetime.timedelta(days=100), policy.year_end),
            "identities": st.lists(
                st.builds(
                    Recognition,
                    st.sampled_from([category.name for category in policy.recognised]),
                    st.dates(start, policy.year_end),
                ),
                max_size=2,
            ).map(tuple),
            "last_insured": st.one_of(st.none(), st.integers(policy.year - 8, policy.year - 1)),
            "parent_insured": st.sampled_from([None, True, False]),
        }
    )
    taking = data.draw(st.booleans())
    quoter = Quoter(policy, taking_payment=taking)
    for asked in data.draw(st.lists(facts, min_size=2, max_size=30)):
        answer = quoter.answer(**asked)
        found = str(answer) if isinstance(answer, QuoteError) else answer
        assert found == alone(policy, taking_payment=taking, **asked), asked


def test_adults_of_one_day_are_one_question():
    quoter = Quoter(policies.load("411325-2025"))
    paid = datetime.date(2024, 10, 8)
    answers = {id(quoter.answer(birth_date=datetime.date(y, 3, 1), paid_on=paid)) for y in range(1940, 2020)}
    assert len(answers) == 1
