from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "进度与通报"

    def ready(self) -> None:
        from core.uploads import kinds
        from reporting.targets import upload

        kinds.register(upload.KIND)
