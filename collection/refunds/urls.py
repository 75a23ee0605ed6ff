from django.urls import path

from collection.refunds import transfer_views, views

urlpatterns = [
    path("refunds/", views.refund_list, name="refund_list"),
    path("refunds/transfers/", transfer_views.transfer_list, name="refund_transfer_list"),
    path("refunds/transfers/new/", transfer_views.transfer_make, name="refund_transfer_make"),
    path("refunds/transfers/<int:pk>/", transfer_views.transfer_detail, name="refund_transfer"),
    path("refunds/transfers/<int:pk>/file/", transfer_views.transfer_file, name="refund_transfer_file"),
    path("refunds/find/", views.refund_find, name="refund_find"),
    path("refunds/new/<int:contribution>/", views.refund_create, name="refund_create"),
    path("refunds/<int:pk>/", views.refund_detail, name="refund_detail"),
    path("refunds/<int:pk>/slip/", views.refund_slip, name="refund_slip"),
    path("refunds/<int:pk>/evidence/", views.refund_evidence, name="refund_evidence"),
    path("refunds/<int:pk>/payee/", views.refund_payee, name="refund_payee"),
    path("refunds/<int:pk>/pass/", views.refund_pass, name="refund_pass"),
    path("refunds/<int:pk>/reject/", views.refund_reject, name="refund_reject"),
]
