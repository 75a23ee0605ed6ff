from django.urls import path

from reporting.bulletins import views

urlpatterns = [
    path("rankings/<int:pk>/bulletin/", views.bulletin_page, name="bulletin"),
    path("rankings/<int:pk>/bulletin.docx", views.bulletin_word, name="bulletin_word"),
    path("rankings/<int:pk>/bulletin.xlsx", views.bulletin_excel, name="bulletin_excel"),
    path("bulletins/template/", views.template_page, name="bulletin_template"),
    path("bulletins/template/standard/", views.template_standard, name="bulletin_template_standard"),
    path("bulletins/template/restore/", views.template_restore, name="bulletin_template_restore"),
    path("bulletins/rewards/", views.reward_tiers, name="reward_tiers"),
]
