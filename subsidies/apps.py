from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = "政策与资助"

    def ready(self):
        from residents.people import story
        from subsidies.campaigns import system_checks  # noqa: F401 — importing registers the checks
        from subsidies.rosters import story_sections

        story.register(20, story_sections.identities)
