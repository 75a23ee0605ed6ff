from django.urls import path

from subsidies.rosters import deadline_views, views

urlpatterns = [
    path("rosters/", views.roster_list, name="roster_list"),
    path("rosters/<int:pk>/compared/", deadline_views.roster_compared, name="roster_compared"),
    path("rosters/<int:pk>/receipt/", deadline_views.roster_receipt, name="roster_receipt"),
    path("rosters/<int:pk>/answer.xlsx", deadline_views.roster_answer, name="roster_answer"),
    path("rosters/upload/", views.roster_upload, name="roster_upload"),
    path("rosters/<int:pk>/", views.roster_detail, name="roster"),
    path("rosters/<int:pk>/apply/", views.roster_apply, name="roster_apply"),
    path("rosters/<int:pk>/withdraw/", views.roster_withdraw, name="roster_withdraw"),
    path("rosters/<int:pk>/recheck/", views.roster_recheck, name="roster_recheck"),
    path("rosters/rows/<int:pk>/accept/", views.roster_accept_row, name="roster_accept_row"),
    path("rosters/mark/<int:pk>/", views.mark_resident, name="mark_resident"),
]
