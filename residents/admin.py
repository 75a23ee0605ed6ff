"""Every topic's lists, where the admin looks for them."""

from residents.people import admin as people_admin  # noqa: F401
