from django.urls import path

from collection.finance import export_views, views

urlpatterns = [
    path("finance/", views.finance_statement, name="finance_statement"),
    path("finance/entries/", views.finance_entries, name="finance_entries"),
    path("finance/entries/<int:pk>/reverse/", views.fund_entry_reverse, name="fund_entry_reverse"),
    path("finance/people/", views.finance_people, name="finance_people"),
    path("finance/people/export/", export_views.finance_export, name="finance_export"),
]
