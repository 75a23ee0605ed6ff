from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = "政策与资助"

    def ready(self) -> None:
        from core.accounts.backends import bring_along
        from core.accounts.selectors import team_size_by
        from core.uploads import kinds
        from core.uploads.checks import register_check
        from residents.duplicates.hooks import on_merging
        from residents.people import story
        from subsidies.campaigns import system_checks  # noqa: F401 — importing registers the checks
        from subsidies.campaigns.along import CampaignsOfAccount
        from subsidies.campaigns.hooks import puts_into_force, shows_steps
        from subsidies.campaigns.selectors import team_size_of
        from subsidies.claims import dry_run as claims
        from subsidies.claims import story_sections as claim_sections
        from subsidies.claims import upload as claim_upload
        from subsidies.openings import dry_run as openings
        from subsidies.openings import duties, planned_tasks, staff, villages
        from subsidies.openings.selectors import step_lines
        from subsidies.openings.services import carry_out
        from subsidies.openings.steps import POLICY, PlannedStep, add_step
        from subsidies.rosters import dry_run as rosters
        from subsidies.rosters import merging, story_sections
        from subsidies.rosters import upload as roster_upload

        bring_along(campaigns_along=CampaignsOfAccount())
        team_size_by(team_size_of)
        on_merging(merging.withdraw_second_marks)
        puts_into_force(carry_out)
        shows_steps(step_lines)
        add_step(POLICY)
        add_step(PlannedStep("villages", "村名单", 20, "proposal_villages", villages.look, villages.apply))
        add_step(PlannedStep("tasks", "征缴任务", 30, "proposal_tasks", planned_tasks.look, planned_tasks.apply))
        add_step(PlannedStep("staff", "协办员和专班", 40, "proposal_staff", staff.look))
        add_step(PlannedStep("duties", "部门任务和重新认定", 60, "proposal_duties", duties.look, duties.apply))
        story.register(20, story_sections.identities)
        story.register(15, claim_sections.claims)
        story.register(16, claim_sections.awards)
        kinds.register(roster_upload.KIND)
        kinds.register(claim_upload.KIND)
        register_check("roster", rosters.check)
        register_check("claims", claims.check)
        register_check("villages", openings.check_villages)
        register_check("split", openings.check_split)
