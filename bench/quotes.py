"""Quotes a second in process on one core: plain, with earlier years, with an identity. Wanted: 100,000 plain.

Processor time, so that what else the machine does is not measured.
"""

import time
from datetime import date

from subsidies.policy.policies import available, load
from subsidies.quotes.quote import Recognition, quote

ROUNDS, QUOTES = 3, 50_000
BORN = date(1970, 5, 1)


def main() -> None:
    for policy_id in available():
        rules = load(policy_id)
        facts = {"birth_date": BORN, "paid_on": date(rules.year - 1, 11, 10)}
        known = next(c for c in rules.recognised if c.subsidy is not None)
        kinds = {
            "plain": {},
            "years": {"insured_years": list(range(rules.year - 5, rules.year))},
            "identity": {"identities": [Recognition(known.name, date(2024, 6, 1))]},
        }
        rates = "  ".join(f"{name} {_rate(rules, {**facts, **more}):>9,.0f}/s" for name, more in kinds.items())
        print(f"{policy_id}  {rates}", flush=True)


def _rate(rules, facts) -> float:
    return max(QUOTES / _seconds(rules, facts) for _ in range(ROUNDS))


def _seconds(rules, facts) -> float:
    began = time.process_time()
    for _ in range(QUOTES):
        quote(rules, **facts)
    return time.process_time() - began
