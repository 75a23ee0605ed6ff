from django.urls import path

from subsidies.campaigns import policy_views

urlpatterns = [
    path("policy/", policy_views.policy_page, name="policy"),
    path("policy/<int:pk>/adopt/", policy_views.policy_adopt, name="policy_adopt"),
]
