from django.urls import path

from residents.register import views

urlpatterns = [
    path("register/", views.register_list, name="register_list"),
    path("register/<int:pk>/", views.register_batch, name="register_batch"),
    path("register/<int:pk>/confirm/", views.register_confirm, name="register_confirm"),
    path("register/<int:pk>/problems.xlsx", views.register_problems, name="register_problems"),
    path("register/export/", views.register_export, name="register_export"),
]
