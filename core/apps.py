from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "系统"

    def ready(self) -> None:
        from config.folders import make_folders
        from core.accounts import dry_run as helper_check
        from core.accounts import upload as helper_upload
        from core.database import lookups
        from core.finding import pages, registry
        from core.pages import form_messages
        from core.uploads.checks import register_check
        from core.uploads.kinds import register

        make_folders()
        lookups.install()
        form_messages.install_form_messages()
        register(helper_upload.KIND)
        register_check("helpers", helper_check.check)
        registry.register(90, pages.find_pages, page="home")
        registry.register(91, pages.find_chapters, page="help_chapter")
