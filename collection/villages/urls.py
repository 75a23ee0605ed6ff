from django.urls import path

from collection.villages import move_views, views

urlpatterns = [
    path("village/", views.own_village, name="own_village"),
    path("village/<str:village>/", views.village, name="village"),
    path("village-moves/", move_views.village_move, name="village_move"),
]
