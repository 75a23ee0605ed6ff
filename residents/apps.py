from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self) -> None:
        from core.finding import registry as finding
        from core.uploads import kinds
        from core.uploads.checks import register_check
        from residents.people import story, story_sections
        from residents.people.finding import find_people
        from residents.register import dry_run as register
        from residents.register import upload as register_upload
        from residents.statuses import dry_run as statuses
        from residents.statuses import upload as status_upload

        finding.register(10, find_people, page="resident_story")
        story.register(10, story_sections.household)
        story.register(12, story_sections.statuses)
        story.register(11, story_sections.parents)
        story.register(13, story_sections.former_numbers)
        story.register(14, story_sections.insured_years)
        story.register(90, story_sections.events)
        kinds.register(register_upload.KIND)
        kinds.register(status_upload.KIND)
        register_check("register", register.check)
        register_check("statuses", statuses.check)
