from django.urls import path

from collection.notices import views

urlpatterns = [
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/new/<str:village>/", views.notice_prepare, name="notice_prepare"),
    path("notices/<int:pk>/", views.notice_detail, name="notice_detail"),
    path("notices/<int:pk>/print/", views.notice_print, name="notice_print"),
    path("notices/<int:pk>/post/", views.notice_post, name="notice_post"),
    path("notices/<int:pk>/photos/", views.notice_photos, name="notice_photos"),
    path("notices/<int:pk>/objections/", views.objection_raise, name="objection_raise"),
    path("notices/objections/<int:pk>/", views.objection_answer, name="objection_answer"),
    path("notices/<int:pk>/close/", views.notice_close, name="notice_close"),
    path("notices/<int:pk>/withdraw/", views.notice_withdraw, name="notice_withdraw"),
]
