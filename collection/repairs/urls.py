from django.urls import path

from collection.repairs import views

urlpatterns = [
    path("repairs/", views.repair_list, name="repair_list"),
    path("repairs/residents/<int:pk>/", views.repair_resident, name="repair_resident"),
    path("repairs/<int:pk>/withdraw/", views.repair_withdraw, name="repair_withdraw"),
]
