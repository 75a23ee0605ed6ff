from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = "政策与资助"

    def ready(self):
        from core.uploads import kinds
        from residents.people import story
        from subsidies.campaigns import system_checks  # noqa: F401 — importing registers the checks
        from subsidies.rosters import story_sections
        from subsidies.rosters import upload as roster_upload

        story.register(20, story_sections.identities)
        kinds.register(roster_upload.KIND)
