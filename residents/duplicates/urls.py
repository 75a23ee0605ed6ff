from django.urls import path

from residents.duplicates import views

urlpatterns = [
    path("residents/merging/", views.merge_list, name="merge_list"),
    path("residents/merging/propose/", views.merge_propose, name="merge_propose"),
    path("residents/merging/<int:pk>/", views.merge_decide, name="merge_decide"),
]
