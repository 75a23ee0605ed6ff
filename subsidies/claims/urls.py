from django.urls import path

from subsidies.claims import views

urlpatterns = [
    path("claims/", views.claim_lists, name="claim_lists"),
    path("claims/<int:pk>/", views.claim_list, name="claim_list"),
    path("claims/<int:pk>/confirm/", views.claim_list_confirm, name="claim_list_confirm"),
    path("claims/<int:pk>/withdraw/", views.claim_list_withdraw, name="claim_list_withdraw"),
]
