from django.urls import path

from collection.closing import views

urlpatterns = [
    path("close/", views.campaign_close, name="campaign_close"),
]
