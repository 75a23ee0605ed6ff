from django.urls import path

from demo import views

urlpatterns = [
    path("demo/clock/", views.demo_clock, name="demo_clock"),
]
