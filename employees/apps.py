from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "职工医保"

    def ready(self) -> None:
        from employees.members import story_sections
        from residents.people import story

        story.register(40, story_sections.employments)
