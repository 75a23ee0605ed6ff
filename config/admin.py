from django.contrib.admin.apps import AdminConfig


class CountyAdminConfig(AdminConfig):
    """The admin with the bureau's own site class (core/pages/admin_site.py)."""

    default_site = "core.pages.admin_site.CountyAdminSite"
