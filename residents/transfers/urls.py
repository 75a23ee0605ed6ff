from django.urls import path

from residents.transfers import views

urlpatterns = [
    path("moves/", views.move_requests, name="move_requests"),
    path("moves/<int:pk>/answer/", views.move_request_answer, name="move_request_answer"),
    path("moves/<int:pk>/finish/", views.move_request_finish, name="move_request_finish"),
]
