from django.urls import path

from collection.closing import views

urlpatterns = [
    path("close/consents/", views.campaign_consents, name="campaign_consents"),
    path("close/consents/<int:pk>/agree/", views.consent_give, name="consent_give"),
    path("close/consents/<str:kind>/", views.consent_ask, name="consent_ask"),
    path("close/reopen/", views.campaign_reopen, name="campaign_reopen"),
    path("close/", views.campaign_close, name="campaign_close"),
]
