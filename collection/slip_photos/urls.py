from django.urls import path

from collection.slip_photos import views

urlpatterns = [path("village/<str:village>/deposits/read/", views.slip_read, name="slip_read")]
