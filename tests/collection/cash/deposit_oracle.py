"""双限 told a second time, slowly: every cent is a thing of its own, every day is lived through, nothing is summed up.

Shares no line and no idea with collection.duties.rules, which works on sums a day and leaps over quiet days. Amounts in
cents, as ints; days as date.
"""

from datetime import timedelta


def live_through(limit_days, limit_cents, receipts, deposits, as_of):  # noqa: C901 - told day by day, as it is lived
    """The answer of `manage.py deposit_duties`, with amounts in cents."""
    days = [day for day, _ in receipts + deposits] + [as_of]
    today = min(days)
    coins = []  # each: {"taken", "duty", "paid"}; a coin never leaves the list
    duties = []  # each: {"due", "reason", "coins"}
    surplus = 0
    while today <= as_of:
        for day, cents in receipts:
            if day == today:
                for _ in range(cents):
                    if surplus:
                        surplus -= 1
                    else:
                        coins.append({"taken": today, "duty": None, "paid": None})
        held = [coin for coin in coins if coin["paid"] is None]
        waiting = [coin for coin in held if coin["duty"] is None]
        if waiting:
            amount = len(held) >= limit_cents
            age = any(coin["taken"] + timedelta(days=limit_days) == today for coin in waiting)
            if amount or age:
                for coin in waiting:
                    coin["duty"] = len(duties)
                word = {(True, True): "both", (True, False): "amount", (False, True): "days"}[amount, age]
                duties.append({"due": today, "reason": word, "coins": waiting})
        for day, cents in deposits:
            if day == today:
                for _ in range(cents):
                    unpaid = [coin for coin in coins if coin["paid"] is None]
                    if unpaid:
                        unpaid[0]["paid"] = today
                    else:
                        surplus += 1
        today += timedelta(days=1)
    return _tell(coins, duties, surplus, limit_days, as_of)


def _tell(coins, duties, surplus, limit_days, as_of):
    told = []
    for duty in duties:
        unpaid = [coin for coin in duty["coins"] if coin["paid"] is None]
        settled = None if unpaid else max(coin["paid"] for coin in duty["coins"])
        told.append(
            {
                "opened": min(coin["taken"] for coin in duty["coins"]),
                "due": duty["due"],
                "reason": duty["reason"],
                "amount": len(duty["coins"]),
                "outstanding": len(unpaid),
                "settled": settled,
                "days_late": len([d for d in range(1, 4000) if duty["due"] + timedelta(days=d) <= (settled or as_of)]),
            }
        )
    held = [coin for coin in coins if coin["paid"] is None]
    open_dues = [duty["due"] for duty in told if duty["outstanding"]]
    if any(due < as_of for due in open_dues):
        status = "overdue"
    elif open_dues:
        status = "due_today"
    else:
        status = "running" if held else "clear"
    oldest = min((coin["taken"] for coin in held), default=None)
    return {
        "status": status,
        "in_hand": len(held),
        "surplus": surplus,
        "oldest": oldest,
        "due": min(open_dues) if open_dues else oldest and oldest + timedelta(days=limit_days),
        "duties": told,
    }
