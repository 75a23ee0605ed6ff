from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "进度与通报"

    def ready(self) -> None:
        from core.finding import registry as finding
        from core.uploads import kinds
        from core.uploads.checks import register_check
        from reporting.surface.finding import find_regions
        from reporting.targets import dry_run as tasks
        from reporting.targets import upload

        finding.register(20, find_regions, page="progress")
        kinds.register(upload.KIND)
        register_check("tasks", tasks.check)
