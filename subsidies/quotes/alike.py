"""People alike in all that decides a quote are quoted once. Pure.

Birth dates decide only near the policy's year and where a category is granted by age; of the insured years the last
one decides. So half a million people are a few hundred different questions.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from subsidies.policy.policies import Policy
from subsidies.quotes.quote import OLDEST, Quote, QuoteError, Recognition, quote

Question = tuple[datetime.date | None, datetime.date, tuple[Recognition, ...], int | None, bool | None, int]


@dataclass
class Quoter:
    """Answers by one policy, each kept: asked again about somebody alike it is looked up."""

    policy: Policy
    taking_payment: bool = True
    _answers: dict[Question, Quote | QuoteError] = field(default_factory=dict, repr=False)

    def answer(
        self,
        *,
        birth_date: datetime.date,
        paid_on: datetime.date,
        identities: Iterable[Recognition] = (),
        last_insured: int | None = None,
        parent_insured: bool | None = None,
        repaid_years: int = 0,
    ) -> Quote | QuoteError:
        """Return the quote, or why there is none.

        `last_insured`: the last year insured before the policy's year; `repaid_years`: those since, paid back.
        """
        held = tuple(identities)
        if last_insured is not None and not birth_date.year <= last_insured < self.policy.year:
            last_insured = None
        born = birth_date if self._birth_decides(birth_date, paid_on) else None
        question = born, paid_on, held, last_insured, parent_insured, repaid_years
        if question not in self._answers:
            self._answers[question] = self._quote(birth_date, question)
        return self._answers[question]

    def plain_births(self, first: datetime.date, last: datetime.date) -> tuple[datetime.date, datetime.date]:
        """Return (from, before): of those born then the birth date decides nothing, paying on these days."""
        newborn = first - timedelta(days=self.policy.newborn.window_days)
        return datetime.date(last.year - OLDEST, 1, 1), min(self._decides_from, newborn)

    def _birth_decides(self, birth_date: datetime.date, paid_on: datetime.date) -> bool:
        return (
            birth_date >= self._decides_from
            or birth_date >= paid_on - timedelta(days=self.policy.newborn.window_days)
            or paid_on.year - birth_date.year > OLDEST
        )

    @cached_property
    def _decides_from(self) -> datetime.date:
        """Of those born before this day the birth date decides nothing but that they are old."""
        policy, newborn = self.policy, self.policy.newborn
        days = [policy.by_age_from, newborn.born_from, policy.year_start]
        days += [rule.start for rule in (newborn.born_before, newborn.pay_by) if rule]
        return min(days)

    def _quote(self, birth_date: datetime.date, question: Question) -> Quote | QuoteError:
        _, paid_on, held, last_insured, parent_insured, repaid = question
        try:
            return quote(
                self.policy,
                birth_date=birth_date,
                paid_on=paid_on,
                identities=held,
                insured_years=[] if last_insured is None else [last_insured],
                repaid_years=repaid,
                parent_insured=parent_insured,
                taking_payment=self.taking_payment,
            )
        except QuoteError as error:
            return error
