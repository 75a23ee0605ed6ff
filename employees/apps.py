from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "职工医保"

    def ready(self) -> None:
        from core.uploads import kinds
        from employees.batches import upload as batch_upload
        from employees.declarations import upload as declaration_upload
        from employees.goal import upload as roll_upload
        from employees.members import story_sections
        from employees.members.selectors import insured_as_employees
        from employees.payments import upload as paid_upload
        from employees.reminders import kinds as reminder_kinds
        from residents.people import story
        from subsidies.rosters.comparing import on_insured

        on_insured(insured_as_employees)
        reminder_kinds.register()
        story.register(40, story_sections.employments)
        for kind in (declaration_upload.KIND, batch_upload.KIND, roll_upload.KIND, paid_upload.KIND):
            kinds.register(kind)
