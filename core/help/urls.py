from django.urls import path

from core.help import views

urlpatterns = [
    path("help/", views.help_index, name="help_index"),
    path("help/book/", views.help_book, name="help_book"),
    path("help/start/<int:step>/", views.help_start, name="help_start"),
    path("help/started/", views.help_started, name="help_started"),
    path("help/wall/<str:role>/", views.help_wall, name="help_wall"),
    path("help/<str:chapter>/", views.help_chapter, name="help_chapter"),
]
