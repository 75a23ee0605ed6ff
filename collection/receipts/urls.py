from django.urls import path

from collection.receipts import book_views, carrying_views, lost_views, views

urlpatterns = [
    path("campaigns/proposals/<int:pk>/books/", carrying_views.proposal_books, name="proposal_books"),
    path("receipts/", book_views.book_list, name="receipt_books"),
    path("receipts/issue/", book_views.book_issue, name="book_issue"),
    path("receipts/issue/many/", book_views.book_issue_many, name="book_issue_many"),
    path("receipts/book/<int:pk>/return/", book_views.receipt_book_return, name="receipt_book_return"),
    path("receipts/<int:pk>/", views.receipt_detail, name="receipt_detail"),
    path("receipts/<int:pk>/number/", lost_views.receipt_number, name="receipt_number"),
    path("receipts/lost/<int:pk>/withdraw/", lost_views.lost_withdraw, name="lost_withdraw"),
    path("receipts/village/<str:village>/lost/", lost_views.village_lost, name="village_lost"),
    path("receipts/village/<str:village>/lost/case/", lost_views.lost_case, name="lost_case"),
    path("receipts/village/<str:village>/", views.village_receipts, name="village_receipts"),
]
