from django.urls import path

from core.finding import views

urlpatterns = [path("find/", views.find_page, name="find")]
