from django.urls import path

from subsidies.quotes import views

urlpatterns = [
    path("quote/", views.quote_page, name="quote"),
    path("quote/<int:pk>/", views.quote_resident, name="quote_resident"),
]
