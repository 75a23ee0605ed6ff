from django.urls import path

from collection.advice import views

urlpatterns = [
    path("advice/", views.advice_list, name="advice_list"),
    path("advice/<int:pk>/", views.advice_sheet, name="advice_sheet"),
]
