from django.urls import path

from collection.entitlements import fund_views, views

urlpatterns = [
    path("special/", views.special_groups, name="special_groups"),
    path("special/people/", views.special_people, name="special_people"),
    path("special/enrol/", views.enrol_free, name="enrol_free"),
    path("special/differences/", views.difference_list, name="difference_list"),
    path("special/differences/<int:pk>/", views.difference_resolve, name="difference_resolve"),
    path("funds/", fund_views.fund_table, name="fund_table"),
    path("funds/people/", fund_views.fund_people, name="fund_people"),
]
