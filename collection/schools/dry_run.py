"""What would become of a class list: `check_sheet classes`."""

from collection.schools.matching import find_people, stage
from collection.schools.models import ClassList, ClassRow, School
from collection.schools.sheet import NO_HEADING, PupilLine, class_table, read_classes
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.regions.models import Region
from core.tables.dry_run import Answer, Question, rolled_back, try_list
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_campaign

Outcome = ClassRow.Outcome
_REFUSED = (Outcome.BAD_ROW, Outcome.DUPLICATE, Outcome.WITHHELD)


def check(question: Question) -> Answer:
    """Match every row as the job would. Outcomes: matched (with the home village), elsewhere.

    A school that is not registered is a warning: the list of one school need not name it.
    """
    campaign, table = asked_campaign(question.policy), class_table()
    answer, lines = try_list(
        question, table, lambda pieces: read_classes(pieces, table, as_of=question.as_of), no_list=NO_HEADING
    )
    if answer.file_error:
        return answer
    columns = {(line.sheet, line.number): line.column for line in lines if line.problem}
    with rolled_back():
        _try(campaign, lines, columns, answer)
    return answer


def _try(campaign: Campaign, lines: list[PupilLine], columns: dict[tuple[str, int], str], answer: Answer) -> None:
    county = Region.objects.get(pk=campaign.county_id)
    sender = User.objects.create(username="check_sheet", name="试读", role=Role.EDUCATION, region=county)
    kept = Attachment.objects.create(name="试读", kind="classes", size=0, uploaded_by=sender, region_code=county.code)
    class_list = ClassList.objects.create(
        campaign=campaign, region=county, attachment=kept, uploaded_by=sender, uploaded_at=clock.now()
    )
    stage(class_list, lines)
    find_people(class_list)
    known = set(School.objects.in_region(county.code).values_list("name", flat=True))
    for row in class_list.rows.order_by("pk").select_related("resident"):
        if row.outcome in _REFUSED:
            answer.reject(row.number, columns.get((row.sheet, row.number)), row.outcome, row.message)
            continue
        answer.accept(
            row.number,
            name=row.name,
            id_number=row.id_number,
            school=row.school_name,
            class_name=row.class_name,
            village=row.resident.village_id if row.resident else None,
            outcome="matched" if row.resident else "elsewhere",
        )
        if row.message:
            answer.warn(row.number, row.outcome, row.message)
        if row.school_name and row.school_name not in known:
            answer.warn(row.number, "no_school", f"没有登记“{row.school_name}”，正式上传前请教体局先登记这所学校。")
