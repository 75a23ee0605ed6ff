from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "职工医保"

    def ready(self) -> None:
        from core.uploads import kinds
        from core.uploads.checks import register_check
        from employees.batches import dry_run as months
        from employees.batches import upload as batch_upload
        from employees.declarations import dry_run as units
        from employees.declarations import upload as declaration_upload
        from employees.goal import dry_run as pensions
        from employees.goal import upload as roll_upload
        from employees.members import story_sections
        from employees.members.selectors import insured_as_employees
        from employees.payments import dry_run as payments
        from employees.payments import upload as paid_upload
        from employees.reminders import kinds as reminder_kinds
        from residents.people import story
        from subsidies.rosters.comparing import on_insured

        on_insured(insured_as_employees)
        reminder_kinds.register()
        story.register(40, story_sections.employments)
        for kind in (declaration_upload.KIND, batch_upload.KIND, roll_upload.KIND, paid_upload.KIND):
            kinds.register(kind)
        register_check("unit", units.check)
        register_check("months", months.check)
        register_check("payments", payments.check)
        register_check("pensions", pensions.check)
