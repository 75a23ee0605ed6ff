from django.contrib.admin.apps import AdminConfig


class CountyAdminConfig(AdminConfig):
    """The admin with the bureau's own site class (residents/admin_site.py)."""

    default_site = "residents.admin_site.CountyAdminSite"
