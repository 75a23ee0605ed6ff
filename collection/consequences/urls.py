from django.urls import path

from collection.consequences import views

urlpatterns = [
    path("consequences/", views.consequence_list, name="consequence_list"),
    path("consequences/confirm/", views.consequence_confirm, name="consequence_confirm"),
    path("consequences/<int:pk>/decide/", views.consequence_decide, name="consequence_decide"),
]
