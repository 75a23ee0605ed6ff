"""Every topic's lists, where the admin looks for them."""

from employees.members import admin as members_admin  # noqa: F401
from employees.payments import admin as payments_admin  # noqa: F401
from employees.units import admin as units_admin  # noqa: F401
