from django.urls import path

from collection.refunds import views

urlpatterns = [
    path("refunds/", views.refund_list, name="refund_list"),
    path("refunds/find/", views.refund_find, name="refund_find"),
    path("refunds/new/<int:contribution>/", views.refund_create, name="refund_create"),
    path("refunds/<int:pk>/", views.refund_detail, name="refund_detail"),
    path("refunds/<int:pk>/slip/", views.refund_slip, name="refund_slip"),
    path("refunds/<int:pk>/evidence/", views.refund_evidence, name="refund_evidence"),
    path("refunds/<int:pk>/pass/", views.refund_pass, name="refund_pass"),
    path("refunds/<int:pk>/reject/", views.refund_reject, name="refund_reject"),
]
