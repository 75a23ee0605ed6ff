from django.urls import path

from collection.visits import review_views, today_views, views

urlpatterns = [
    path("visits/", views.visit_ledger, name="visit_ledger"),
    path("visits/people/", views.visit_people, name="visit_people"),
    path("visits/<int:pk>/record/", views.visit_record, name="visit_record"),
    path("visits/today/", today_views.own_today, name="own_today"),
    path("visits/today/<int:pk>/", today_views.today_tap, name="today_tap"),
    path("village/<str:village>/today/", today_views.today_list, name="today_list"),
    path("visits/exclusions/", review_views.exclusion_list, name="exclusion_list"),
    path("visits/exclusions/<int:pk>/", review_views.exclusion_decide, name="exclusion_decide"),
    path("visits/told/", review_views.told_list, name="told_list"),
    path("visits/told/<int:pk>/", review_views.told_settle, name="told_settle"),
    path("visits/causes/", review_views.cause_list, name="cause_list"),
    path("visits/causes/<int:pk>/", review_views.cause_edit, name="cause_edit"),
    path("visits/causes/<int:pk>/given-up/", review_views.cause_give_up, name="cause_give_up"),
]
