from django.urls import path

from collection.messages import views

urlpatterns = [
    path("messages/", views.reminder_list, name="reminder_list"),
    path("messages/reminders/<int:pk>/", views.reminder_batch, name="reminder_batch"),
    path("messages/reminders/<int:pk>/approve/", views.reminder_approve, name="reminder_approve"),
    path("messages/reminders/<int:pk>/withdraw/", views.reminder_withdraw, name="reminder_withdraw"),
]
