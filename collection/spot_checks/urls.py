from django.urls import path

from collection.spot_checks import views

urlpatterns = [
    path("spot-checks/", views.spot_check_list, name="spot_check_list"),
    path("spot-checks/<int:pk>/", views.spot_check_detail, name="spot_check_detail"),
    path("spot-checks/people/<int:pk>/", views.spot_check_call, name="spot_check_call"),
    path("spot-checks/cases/", views.spot_case_list, name="spot_case_list"),
    path("spot-checks/cases/<int:pk>/finding/", views.spot_case_explain, name="spot_case_explain"),
    path("spot-checks/cases/<int:pk>/close/", views.spot_case_close, name="spot_case_close"),
]
