"""Every topic's lists, where the admin looks for them."""

from core.accounts import admin as accounts_admin  # noqa: F401
from core.calendar import admin as calendar_admin  # noqa: F401
from core.jobs import admin as jobs_admin  # noqa: F401
from core.messages import admin as messages_admin  # noqa: F401
from core.regions import admin as regions_admin  # noqa: F401
