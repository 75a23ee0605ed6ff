from django.urls import path

from collection.declarations import correction_views, feedback_views, stuck_views, views

urlpatterns = [
    path("declarations/", views.declaration_list, name="declaration_list"),
    path("declarations/new/", views.declaration_create, name="declaration_create"),
    path("declarations/<int:pk>/", views.declaration_detail, name="declaration_detail"),
    path("declarations/<int:pk>/rows/", views.declaration_rows, name="declaration_rows"),
    path("declarations/<int:pk>/redraft/", views.declaration_redraft, name="declaration_redraft"),
    path("declarations/<int:pk>/cancel/", views.declaration_cancel, name="declaration_cancel"),
    path("declarations/<int:pk>/allow/", views.declaration_allow, name="declaration_allow"),
    path("declarations/<int:pk>/submit/", views.declaration_submit, name="declaration_submit"),
    path("declarations/<int:pk>/file/", views.declaration_download, name="declaration_download"),
    path("declarations/<int:pk>/return/", views.declaration_return, name="declaration_return"),
    path("declarations/<int:pk>/confirm/", views.declaration_confirm, name="declaration_confirm"),
    path("declarations/<int:pk>/remit/", views.declaration_remit, name="declaration_remit"),
    path("declarations/<int:pk>/remit/return/", views.remittance_return, name="remittance_return"),
    path("declarations/<int:pk>/post/", views.declaration_post, name="declaration_post"),
    path("declarations/<int:pk>/feedback/", feedback_views.feedback_upload, name="feedback_upload"),
    path("declarations/<int:pk>/feedback/<int:feedback_pk>/", feedback_views.feedback_detail, name="feedback_detail"),
    path("declarations/<int:pk>/feedback/<int:feedback_pk>/explain/", feedback_views.word_explain, name="word_explain"),
    path("declarations/<int:pk>/rows/<int:row_pk>/", feedback_views.row_decide, name="row_decide"),
    path("declarations/<int:pk>/rest/", feedback_views.rest_decide, name="rest_decide"),
    path("failures/", correction_views.failure_list, name="failure_list"),
    path("failures/<int:pk>/", correction_views.row_correct, name="row_correct"),
    path("stuck/", stuck_views.stuck_people, name="stuck_people"),
]
