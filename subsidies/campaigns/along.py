"""The campaigns of a reader's county, read in the statement that brings the account: nearly every page asks them."""

import json
from datetime import UTC, datetime
from typing import Any

from django.db.models import Func, TextField

from core.accounts.models import User
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.policy.models import PolicyVersion


class CampaignsOfAccount(Func):
    """The campaigns of the county in which an account works, as JSON; NULL where it has none."""

    template = (
        "(SELECT CAST(%(list)s(%(row)s(c.id, c.county_id, c.year, c.policy_version_id, c.opened_at, c.closed_at,"
        " v.policy_id)) AS text)"
        " FROM subsidies_campaign c JOIN subsidies_policyversion v ON v.hash = c.policy_version_id"
        " WHERE c.county_id = SUBSTR(%(expressions)s, 1, 6))"
    )
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("region_id", list="json_agg", row="json_build_array")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, list="json_group_array", row="json_array", **context)


def campaigns_of(user: User) -> list[Campaign] | None:
    """The campaigns that came with the account, the newest year first; None where none did."""
    told, county = getattr(user, "campaigns_along", None), user.county if user.county_code else None
    if told is None or county is None:
        return None
    return sorted((_campaign(row, county) for row in json.loads(told)), key=lambda one: -one.year)


def _campaign(row: list[Any], county: Region) -> Campaign:
    *plain, opened, closed, policy_id = row
    found = Campaign.from_db(county._state.db, _COLUMNS, [*plain, _instant(opened), closed and _instant(closed)])
    found.county = county
    found.policy_version = PolicyVersion.from_db(county._state.db, ["hash", "policy_id"], [plain[-1], policy_id])
    return found


_COLUMNS = [field.attname for field in Campaign._meta.concrete_fields]


def _instant(text: str) -> datetime:
    """An instant as either engine writes it into JSON: with its offset, or in UTC without."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
