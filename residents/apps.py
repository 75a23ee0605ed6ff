from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self):
        from residents.people import story, story_sections

        story.register(10, story_sections.household)
        story.register(12, story_sections.statuses)
        story.register(11, story_sections.parents)
        story.register(13, story_sections.former_numbers)
        story.register(14, story_sections.insured_years)
        story.register(90, story_sections.events)
