from django.urls import path

from reporting.views import bulletins, demo_clock, progress, rankings, reports, targets

urlpatterns = [
    path("demo/clock/", demo_clock.demo_clock, name="demo_clock"),
    path("progress/", progress.own_region, name="own_progress"),
    path("progress/<str:code>/", progress.region_progress, name="progress"),
    path("progress/<str:code>/<str:which>/", progress.region_people, name="progress_people"),
    path("targets/upload/", targets.targets_upload, name="targets_upload"),
    path("targets/upload/<uuid:attachment>/", targets.targets_confirm, name="targets_confirm"),
    path("targets/template/", targets.targets_template, name="targets_template"),
    path("targets/<str:code>/", targets.targets, name="targets"),
    path("leader/", rankings.leader_page, name="leader"),
    path("rankings/", rankings.ranking_list, name="ranking_list"),
    path("rankings/<int:pk>/", rankings.ranking_page, name="ranking"),
    path("rankings/<int:pk>/correct/", rankings.ranking_correct, name="ranking_correct"),
    path("rankings/<int:pk>/people/<str:code>/", rankings.ranking_trace, name="ranking_trace"),
    path("rankings/<int:pk>/bulletin/", bulletins.bulletin_page, name="bulletin"),
    path("rankings/<int:pk>/bulletin.docx", bulletins.bulletin_word, name="bulletin_word"),
    path("rankings/<int:pk>/bulletin.xlsx", bulletins.bulletin_excel, name="bulletin_excel"),
    path("snapshots/<int:pk>/", rankings.snapshot_page, name="snapshot"),
    path("snapshots/<int:pk>/publish/", rankings.snapshot_publish, name="snapshot_publish"),
    path("bulletins/template/", bulletins.template_page, name="bulletin_template"),
    path("bulletins/template/standard/", bulletins.template_standard, name="bulletin_template_standard"),
    path("bulletins/template/restore/", bulletins.template_restore, name="bulletin_template_restore"),
    path("bulletins/rewards/", bulletins.reward_tiers, name="reward_tiers"),
    path("reports/", reports.report_overview, name="report_overview"),
    path("reports/write/", reports.report_write, name="report_write"),
]
