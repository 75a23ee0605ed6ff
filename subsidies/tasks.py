from residents.services import jobs
from subsidies.models import Roster
from subsidies.services import rosters


@jobs.handler("roster.read")
def read_roster(run: jobs.Run) -> str:
    roster = Roster.objects.select_related("campaign__policy_version", "attachment").get(pk=run.args["roster"])
    if roster.state != Roster.State.READING:
        return "已经读取过"
    return rosters.read_file(roster=roster, progress=run.progress, confirm=run.confirm_ours)
