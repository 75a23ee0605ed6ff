from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = "政策与资助"

    def ready(self):
        from residents import story
        from subsidies import checks, story_sections  # noqa: F401 — importing registers the checks

        story.register(20, story_sections.identities)
