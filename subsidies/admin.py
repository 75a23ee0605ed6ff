"""Every topic's lists, where the admin looks for them."""

from subsidies.campaigns import admin as campaigns_admin  # noqa: F401
from subsidies.policy import admin as policy_admin  # noqa: F401
from subsidies.rosters import admin as rosters_admin  # noqa: F401
