from django.urls import path

from collection.ledgers import views

urlpatterns = [
    path("ledgers/", views.ledger_list, name="ledger_list"),
    path("ledgers/villages/", views.ledger_villages, name="ledger_villages"),
    path("ledgers/<int:pk>/", views.ledger_detail, name="ledger_detail"),
    path("ledgers/<int:pk>/confirm/", views.ledger_confirm_rows, name="ledger_confirm"),
    path("ledgers/<int:pk>/resume/", views.ledger_resume, name="ledger_resume"),
    path("ledgers/<int:pk>/withdraw/", views.ledger_withdraw, name="ledger_withdraw"),
    path("ledgers/<int:pk>/rows/<int:number>/", views.ledger_row, name="ledger_row"),
    path("ledgers/<int:pk>/annotated/", views.ledger_annotated, name="ledger_annotated"),
    path("village/<str:village>/ledger/", views.ledger_upload, name="ledger_upload"),
    path("village/<str:village>/ledger/paste/", views.ledger_paste, name="ledger_paste"),
    path("village/<str:village>/ledger/prefilled/", views.ledger_prefilled, name="ledger_prefilled"),
    path("village/<str:village>/unpaid/", views.unpaid_list, name="unpaid_list"),
    path("village/<str:village>/unpaid/download/", views.unpaid_download, name="unpaid_download"),
]
