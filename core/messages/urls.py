from django.urls import path

from core.messages import views

urlpatterns = [
    path("messages/templates/", views.message_templates, name="message_templates"),
    path("messages/templates/<str:kind>/", views.message_template, name="message_template"),
    path("messages/log/", views.message_log, name="message_log"),
    path("messages/log/<int:pk>/again/", views.message_again, name="message_again"),
    path("messages/opt-outs/", views.opt_out_list, name="opt_out_list"),
    path("messages/opt-outs/<int:pk>/withdraw/", views.opt_out_withdraw, name="opt_out_withdraw"),
]
