from django.urls import path

from core.accounts import confirmation_views, display_views, lock_views, session_views, views

urlpatterns = [
    path("login/", session_views.login, name="login"),
    path("logout/", session_views.logout, name="logout"),
    path("password/", session_views.password_change, name="password_change"),
    path("settings/", display_views.settings, name="settings"),
    path("accounts/", views.account_list, name="account_list"),
    path("accounts/new/", views.account_add, name="account_add"),
    path("accounts/<int:pk>/", views.account_edit, name="account_edit"),
    path("accounts/<int:pk>/reset/", views.account_reset, name="account_reset"),
    path("accounts/import/", views.account_import, name="account_import"),
    path("accounts/import/<uuid:attachment>/", views.account_import_confirm, name="account_import_confirm"),
    path("accounts/changes/", confirmation_views.change_list, name="account_changes"),
    path("accounts/changes/decide/", confirmation_views.change_decide, name="account_changes_decide"),
    path("contacts/", views.contact_list, name="contact_list"),
    path("locks/", lock_views.lock_list, name="lock_list"),
    path("locks/release/", lock_views.lock_release, name="lock_release"),
]
