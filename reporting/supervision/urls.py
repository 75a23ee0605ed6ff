from django.urls import path

from reporting.supervision import views

urlpatterns = [
    path("supervision/", views.supervision_posts, name="supervision_posts"),
    path("supervision/annex/", views.supervision_annex, name="supervision_annex"),
    path("supervision/posts/<int:pk>/replace/", views.post_replace, name="post_replace"),
    path("supervision/findings/", views.finding_list, name="finding_list"),
    path("supervision/findings/<int:pk>/", views.finding, name="finding"),
    path("supervision/findings/<int:pk>/judge/", views.finding_judge, name="finding_judge"),
    path("supervision/measures/", views.measure_list, name="measure_list"),
    path("supervision/measures/<int:pk>/withdraw/", views.measure_withdraw, name="measure_withdraw"),
    path("supervision/activities/", views.activity_list, name="activity_list"),
    path("supervision/activities/<int:pk>/withdraw/", views.activity_withdraw, name="activity_withdraw"),
]
