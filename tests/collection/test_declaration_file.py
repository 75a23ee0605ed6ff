"""The file for the tax bureau: columns by policy, text numbers, no formulas, an audit event."""

import openpyxl
import pytest

from collection.models import Contribution
from collection.services import declaration_file, declarations, drafts
from collection.services.steps import StepRefused
from collection.tax_sheets import read_feedback
from residents import sheets
from residents.models import Event, Region, Resident
from tests.collection.paid_people import TOWNSHIP, bank, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(make_user):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def draft(campaign, clerk):
    pay(campaign, clerk, people=3)
    bank(campaign, clerk, 1200)
    return drafts.draft_declaration(campaign=campaign, township=Region.objects.get(pk=TOWNSHIP), actor=clerk)


@pytest.fixture
def written(draft, clerk, make_user, tmp_path):
    Resident.objects.filter(pk=Resident.objects.first().pk).update(name="=HYPERLINK(1)")
    special = Contribution.objects.last()
    Contribution.objects.filter(pk=special.pk).update(category="低保对象", amount=320, subsidy=80)
    drafts.redraft_declaration(declaration=draft, actor=clerk)
    officer = make_user("county", "411325")
    declarations.allow_difference(declaration=draft, reason="测试", actor=officer)
    declaration = declarations.submit_declaration(declaration=draft, actor=clerk)
    path = tmp_path / "file.xlsx"
    declaration_file.write_file(declaration=declaration, path=path, actor=make_user("tax", "411325"))
    return declaration, path


def test_columns_follow_the_policy_and_numbers_are_text(written):
    declaration, path = written
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["普通居民", "资助人员"]
    sheet = book["普通居民"]
    heading = [cell.value for cell in sheet[1]]
    assert heading == [column.title for column in declaration.campaign.policy.declaration.columns]
    number = sheet.cell(2, heading.index("证件号码") + 1)
    assert (number.data_type, len(number.value), number.number_format) == ("s", 18, "@")
    assert sheet.cell(2, heading.index("缴费金额") + 1).value == 400
    assert sheet.cell(2, heading.index("姓名") + 1).data_type == "s"
    assert book["资助人员"].max_row == 2


def test_what_we_write_we_can_read(written):
    declaration, path = written
    lines = read_feedback(sheets.read(path).sheets)
    assert sorted(line.id_number for line in lines) == sorted(declaration.rows.values_list("id_number", flat=True))


def test_the_export_leaves_an_event_and_marks_the_list_as_taken(written):
    declaration, _ = written
    declaration.refresh_from_db()
    assert declaration.taken_by.role == "tax"
    assert "3 人" in Event.objects.get(action="declaration.export").summary


def test_a_draft_has_no_file(draft, clerk, tmp_path):
    with pytest.raises(StepRefused, match="还没有报送"):
        declaration_file.write_file(declaration=draft, path=tmp_path / "x.xlsx", actor=clerk)


def test_the_name_of_the_file(draft):
    assert declaration_file.file_name(draft).endswith("_第1批.xlsx")
