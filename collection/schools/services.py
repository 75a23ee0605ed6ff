"""学校: registered with the accounts that work for it; class lists taken in and read."""

from collections.abc import Callable

from django.core.files.base import File
from django.db import transaction

from collection.declarations import tax_files
from collection.money.steps import refuse_closed
from collection.schools.matching import match, misses_of, stage
from collection.schools.models import ClassList, Pupil, School, SchoolStaff
from collection.schools.sheet import NO_HEADING, class_table, read_classes
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from core.text import clean_text, required_text
from residents.people.disclosure import record_probe
from subsidies.campaigns.models import Campaign


@transaction.atomic
def register_school(*, region: Region, name: str, kind: str, actor: User) -> School:
    """Register a school under the township (or county) it answers to; known already, it is the one there is."""
    name = required_text(name, "学校名称", 60)
    school, made = School.objects.get_or_create(region=region, name=name, defaults={"kind": kind})
    if made:
        audit.record("school.register", actor=actor, obj=school, region=region.pk, summary=f"登记学校 {name}")
    return school


@transaction.atomic
def assign_staff(*, school: School, username: str, actor: User) -> SchoolStaff:
    """Let an account of the role 学校 work for this school. Raise Refused for any other account."""
    county = school.region_id[:6]
    user = User.objects.in_region(county).filter(username=username.strip(), role=Role.SCHOOL, is_active=True).first()
    if user is None:
        raise Refused("没有这个学校账号。请系统管理员先建立角色为“学校”的账号。", "username")
    staff, made = SchoolStaff.objects.get_or_create(school=school, user=user)
    if made:
        says = f"{user.name}为{school}的经办人"
        audit.record("school.assign", actor=actor, obj=school, region=school.region_id, summary=says)
    return staff


@transaction.atomic
def take_class_list(
    *, campaign: Campaign, school: School | None, file: "File[bytes]", name: str, actor: User
) -> tuple[ClassList, bool]:
    """Take a list in, of one school or of all that its column names. Return (list, whether it is new)."""
    refuse_closed(campaign)
    region = school.region_id if school else actor.scope_prefix
    if not region:
        raise Refused("请选择是哪所学校的名单。", "school")
    taken: tuple[ClassList, bool] = tax_files.take_file(
        ClassList,
        campaign=campaign,
        school=school,
        file=file,
        name=name,
        region=region,
        region_id=region,
        says=f"上传班级名单 {name}",
        actor=actor,
    )
    return taken


@jobs.handler("classes.read")
def read_job(run: jobs.Run) -> str:
    """Read and match a list that waits; asked again for one that was read, do nothing."""
    rows = ClassList.objects.select_related("attachment", "uploaded_by", "campaign", "school")
    class_list = rows.get(pk=run.args["file"])
    if class_list.state != ClassList.State.READING:
        return "这份名单已经读过。"
    return read_class_list(class_list=class_list, progress=run.progress, confirm=run.assert_owner)


def read_class_list(
    *,
    class_list: ClassList,
    progress: Callable[[int, int, str], None] = lambda done, total, says: None,
    confirm: Callable[[], None] = lambda: None,
) -> str:
    """Read the file, match its pupils and enter them; whole or not at all. Return what to tell."""
    table = class_table()
    try:
        progress(0, 0, "正在打开文件")
        pieces = jobs.report_rows(reader.stream(class_list.attachment.file.path, limits=reader.COUNTY_LIST), progress)
        lines = read_classes(pieces, table, as_of=clock.today())
        if not table.found_heading:
            raise reader.SheetError("missing_columns", NO_HEADING)
        if not lines:
            raise reader.SheetError("no_rows", "列名下面没有学生，请检查文件。")
    except reader.SheetError as error:
        tax_files.refuse_file(class_list, error.message)
        raise jobs.JobFailed(error.message) from None
    progress(1, 2, f"正在核对 {len(lines)} 名学生")
    with transaction.atomic():
        confirm()
        stage(class_list, lines)
        match(class_list)
        notes = "".join(note.message for note in table.notes())[:300]
        ClassList.objects.filter(pk=class_list.pk).update(state=ClassList.State.READ, lines=len(lines), problem=notes)
        misses = misses_of(class_list)
        record_probe(
            misses=misses,
            rows=len(lines),
            what=f"{class_list.pk} 号班级名单",
            actor=class_list.uploaded_by,
            region=class_list.region_id,
            batch=f"classes-{class_list.pk}",
        )
        audit.record(
            "classes.read",
            actor=class_list.uploaded_by,
            obj=class_list,
            region=class_list.region_id,
            summary=f"读完班级名单 {len(lines)} 人，号码与姓名不一致 {misses} 人",
        )
    return f"共 {len(lines)} 人"


@transaction.atomic
def say_where_insured(*, pupil: Pupil, text: str, actor: User) -> Pupil:
    """A pupil from elsewhere: where they are insured, as the family says."""
    text = clean_text(text, "外地参保情况", 60)
    Pupil.objects.filter(pk=pupil.pk, resident__isnull=True).update(elsewhere=text)
    audit.record("school.elsewhere", actor=actor, obj=pupil, region=pupil.school.region_id, summary=f"外地生源：{text}")
    return pupil


@transaction.atomic
def leave_school(*, pupil: Pupil, actor: User) -> Pupil:
    """The pupil has gone elsewhere. Raise Refused while the school holds or has passed on their money."""
    gone = Pupil.objects.filter(pk=pupil.pk, state__in=(Pupil.State.AT_HOME, Pupil.State.CLAIMED))
    if not gone.update(state=Pupil.State.LEFT):
        raise Refused("这名学生的费用学校已经收了，请先退还家长或缴税务，再办转出。")
    audit.record("school.leave", actor=actor, obj=pupil, region=pupil.school.region_id, summary="学生转出")
    return pupil
