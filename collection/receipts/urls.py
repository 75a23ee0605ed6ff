from django.urls import path

from collection.receipts import book_views, views

urlpatterns = [
    path("receipts/", book_views.book_list, name="receipt_books"),
    path("receipts/issue/", book_views.book_issue, name="book_issue"),
    path("receipts/issue/many/", book_views.book_issue_many, name="book_issue_many"),
    path("receipts/book/<int:pk>/return/", book_views.receipt_book_return, name="receipt_book_return"),
    path("receipts/<int:pk>/", views.receipt_detail, name="receipt_detail"),
    path("receipts/village/<str:village>/", views.village_receipts, name="village_receipts"),
]
