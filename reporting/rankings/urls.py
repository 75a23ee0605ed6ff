from django.urls import path

from reporting.rankings import views

urlpatterns = [
    path("rankings/", views.ranking_list, name="ranking_list"),
    path("rankings/<int:pk>/", views.ranking_page, name="ranking"),
    path("rankings/<int:pk>/correct/", views.ranking_correct, name="ranking_correct"),
    path("rankings/<int:pk>/people/<str:code>/", views.ranking_trace, name="ranking_trace"),
    path("snapshots/<int:pk>/", views.snapshot_page, name="snapshot"),
    path("snapshots/<int:pk>/edit/", views.snapshot_edit, name="snapshot_edit"),
    path("snapshots/<int:pk>/sign/", views.snapshot_sign, name="snapshot_sign"),
    path("snapshots/<int:pk>/publish/", views.snapshot_publish, name="snapshot_publish"),
]
