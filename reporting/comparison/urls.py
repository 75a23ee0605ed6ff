from django.urls import path

from reporting.comparison import views

urlpatterns = [
    path("comparison/", views.own_comparison, name="own_comparison"),
    path("comparison/<str:code>/", views.comparison, name="comparison"),
    path("comparison/<str:code>/<str:moved>/", views.comparison_people, name="comparison_people"),
]
