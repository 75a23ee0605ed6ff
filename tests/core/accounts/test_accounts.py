"""Accounts: made one by one and from a list, first passwords, the contact table, and the three officers' pages."""

import io
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.access.roles import Role
from core.accounts.helper_list import read_helper_list
from core.accounts.models import Position, User
from core.accounts.selectors import contact_table, team_size
from core.accounts.services import AccountRequest, change_account, create_accounts, create_from_helper_list
from core.audit import services as audit
from core.audit.labels import SUBJECTS
from core.audit.models import Event
from core.refusals import Refused
from tests.at_once import together

HEADER = ["乡镇", "行政村", "姓名", "联系电话", "岗位"]


@pytest.fixture
def officer(campaign, make_user):
    return make_user("system", "411325")


def write(path, rows, header=HEADER):
    book = openpyxl.Workbook()
    book.active.append(["2025年度征缴人员名单"])
    for row in [header, *rows]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["城关镇", "县衙社区", "王晓梅", "13800000001", ""], None),
        (["", "县衙社区居民委员会", "王晓梅", 13800000001, ""], None),
        (["城关镇", "", "李四", "0377-6512345", "信息录入"], None),
        (["城关镇", "没有村", "王晓梅", "13800000001", ""], "城关镇没有行政村“没有村”"),
        (["没有镇", "", "王晓梅", "13800000001", "分管领导"], "本县没有乡镇“没有镇”"),
        (["城关镇", "县衙社区", "", "13800000001", ""], "没有姓名"),
        (["城关镇", "县衙社区", "王晓梅", "", ""], "没有联系电话"),
        (["城关镇", "县衙社区", "王晓梅", "1380000000", ""], "应为11位手机号"),
        (["城关镇", "", "王晓梅", "13800000001", ""], "不知道要建哪一种账号"),
        (["城关镇", "县衙社区", "王晓梅", "13800000001", "书记"], "看不懂岗位“书记”"),
        (["", "", "王晓梅", "13800000001", "协办员"], "要写行政村"),
    ],
)
def test_a_row_of_the_list(campaign, tmp_path, cells, problem):
    [row] = read_helper_list(write(tmp_path / "a.xlsx", [cells]), "411325")
    if problem is None:
        assert row.problems == []
    else:
        assert problem in "".join(row.problems)


def test_the_same_person_twice_is_said(campaign, tmp_path):
    cells = ["城关镇", "县衙社区", "王晓梅", "13800000001", ""]
    first, second = read_helper_list(write(tmp_path / "a.xlsx", [cells, cells]), "411325")
    assert first.problems == [] and "与第3行重复" in second.problems[0]


#: Two rows of one list, and what is said of the second.
TWO_ROWS = {
    "one helper of two villages": (["县衙社区", "王晓梅", "13800000001"], ["NEXT", "王晓梅", "13800000001"], None),
    "two people with one mobile": (
        ["县衙社区", "王晓梅", "13800000001"],
        ["NEXT", "李四", "13800000001"],
        "与第3行“王晓梅”相同而姓名不同",
    ),
    "two people with one landline": (
        ["县衙社区", "王晓梅", "0377-6512345"],
        ["NEXT", "李四", "0377-6512345"],
        None,
    ),
    "two helpers of one village": (["县衙社区", "王晓梅", "13800000001"], ["县衙社区", "李四", "13800000002"], None),
    "the same person twice": (
        ["县衙社区", "王晓梅", "13800000001"],
        ["县衙社区", "王晓梅", "13800000001"],
        "与第3行重复",
    ),
}


@pytest.mark.parametrize("case", TWO_ROWS)
def test_two_rows_of_a_list(officer, tmp_path, case):
    first, second, says = TWO_ROWS[case]
    name = region("411325100002").name
    rows = [["城关镇", *[name if cell == "NEXT" else cell for cell in row], ""] for row in (first, second)]
    read = read_helper_list(write(tmp_path / "a.xlsx", rows), "411325")
    assert read[0].problems == []
    if says:
        assert says in "".join(read[1].problems)
        return
    issued = create_from_helper_list(path=tmp_path / "a.xlsx", actor=officer)
    assert len({one.user.username for one in issued}) == 2 and read[1].problems == []


@pytest.mark.django_db(transaction=True)
def test_a_list_confirmed_twice_at_once_makes_each_account_once(officer, tmp_path):
    path = write(tmp_path / "a.xlsx", [["城关镇", "县衙社区", "王晓梅", "13800000001", ""]])
    results = together(*[lambda: create_from_helper_list(path=path, actor=officer)] * 3)
    assert sorted(map(len, results)) == [0, 0, 1]
    assert User.objects.filter(name="王晓梅").count() == 1


def test_a_second_click_makes_no_second_account(officer):
    wanted = AccountRequest(name="王晓梅", role="village", region=region("411325100001"), phone="13800000001")
    (first,) = create_accounts(requests=[wanted], actor=officer)
    with pytest.raises(Refused, match=f"王晓梅在.*已有账号“{first.user.username}”"):
        create_accounts(requests=[wanted], actor=officer)
    create_accounts(requests=[replace(wanted, username="wxm2")], actor=officer)
    assert User.objects.filter(name="王晓梅").count() == 2


def test_a_village_that_has_moved_gets_no_account_under_its_old_code(officer, tmp_path):
    old, new = region("411325100001"), region("411325100002")
    type(old).objects.filter(pk=old.pk).update(replaced_by=new)
    [row] = read_helper_list(write(tmp_path / "a.xlsx", [["城关镇", "县衙社区", "王", "13800000001", ""]]), "411325")
    assert "没有行政村“县衙社区”" in "".join(row.problems)


def test_first_passwords_are_shown_once_and_to_nobody_else(client, officer, make_user, tmp_path):
    client.force_login(officer)
    file = SimpleUploadedFile(
        "人员.xlsx", write(tmp_path / "a.xlsx", [["城关镇", "县衙社区", "王晓梅", "13800000001", ""]]).read_bytes()
    )
    page = client.post(reverse("account_import"), {"file": file}).content.decode()
    url = re.search(r'action="(/accounts/import/[^"]+)"', page).group(1)
    slips = client.post(url).content.decode()
    password = re.search(r"<code>([a-z]{9}\d{6})</code>", slips).group(1)
    drawing = re.search(r"<svg[^>]*>", slips.split('class="qr"')[1]).group()
    assert "viewBox" in drawing and "width=" not in drawing, "a code that is cut off cannot be scanned"
    assert client.get(url).status_code == 405
    assert password not in client.post(url, follow=True).content.decode()
    assert password not in str(list(Event.objects.values()))
    for role in Role:
        user = make_user(role, "411325")
        client.force_login(user)
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code in (403, 404, 405), role
            assert password not in answer.content.decode()


@pytest.mark.parametrize("rows", [[], [["", "", "", "", ""]]])
def test_a_list_without_people_is_refused(campaign, tmp_path, rows):
    with pytest.raises(Refused, match="没有人员"):
        read_helper_list(write(tmp_path / "a.xlsx", rows), "411325")


def test_a_file_without_a_heading_is_refused(campaign, tmp_path):
    with pytest.raises(Refused, match="没有找到表头"):
        read_helper_list(write(tmp_path / "a.xlsx", [["a", "b"]], header=["甲", "乙"]), "411325")


def test_all_accounts_from_one_list_and_again(client, officer, tmp_path):
    rows = [
        ["城关镇", "县衙社区", "王晓梅", "13800000001", ""],
        ["城关镇", "", "李四", "13800000002", "督导审核"],
        ["城关镇", "没有村", "赵六", "13800000003", ""],
    ]
    client.force_login(officer)

    def upload():
        file = SimpleUploadedFile("人员.xlsx", write(tmp_path / "a.xlsx", rows).read_bytes())
        page = client.post(reverse("account_import"), {"file": file}).content.decode()
        return page, re.search(r'action="/accounts/import/([^"/]+)/"', page)

    page, kept = upload()
    assert "没有行政村“没有村”" in page and not User.objects.filter(name="王晓梅").exists()
    slips = client.post(reverse("account_import_confirm", args=[kept.group(1)]))
    assert "no-store" in slips["Cache-Control"]
    helper, reviewer = User.objects.get(name="王晓梅"), User.objects.get(name="李四")
    assert (helper.role, helper.region_id, helper.username) == (Role.VILLAGE, "411325100001", "411325100001")
    assert (reviewer.role, reviewer.region_id, reviewer.position) == (Role.TOWNSHIP, "411325100", Position.REVIEWER)
    assert helper.must_change_password and not User.objects.filter(name="赵六").exists()
    passwords = re.findall(r"<code>([a-z]{9}\d{6})</code>", slips.content.decode())
    assert len(passwords) == 2 and helper.check_password(passwords[0])
    assert Event.objects.filter(action="account.create").count() == 2

    again = client.post(reverse("account_import_confirm", args=[kept.group(1)]), follow=True).content.decode()
    assert "都已经有账号了" in again and User.objects.filter(name="王晓梅").count() == 1
    page, kept = upload()
    assert kept is None and "已有账号" in page
    helper.refresh_from_db()
    assert helper.check_password(passwords[0])


def test_another_officers_list_cannot_be_confirmed(client, officer, make_user, tmp_path):
    client.force_login(officer)
    rows = [["城关镇", "县衙社区", "王", "13800000001", ""]]
    file = SimpleUploadedFile("人员.xlsx", write(tmp_path / "a.xlsx", rows).read_bytes())
    page = client.post(reverse("account_import"), {"file": file}).content.decode()
    kept = re.search(r'action="/accounts/import/([^"/]+)/"', page).group(1)
    client.force_login(make_user("system", "411325"))
    assert client.post(reverse("account_import_confirm", args=[kept])).status_code == 404


def region(code):
    from core.regions.models import Region

    return Region.objects.get(code=code)


@pytest.mark.parametrize(
    ("role", "code", "department", "refusal"),
    [
        ("village", "411325100001", "", None),
        ("township", "411325100", "", None),
        ("county", "411325", "", None),
        ("department", "411325", "民政局", None),
        ("department", "411325", "", "部门名称"),
        ("village", "411325100", "", "村一级"),
        ("township", "411325100001", "", "乡镇一级"),
        ("county", "411325100", "", "县一级"),
        ("audit", "411325", "", "用命令建立"),
        ("system", "411325", "", "用命令建立"),
    ],
)
def test_which_accounts_an_officer_may_make(officer, role, code, department, refusal):
    wanted = [AccountRequest(name="新人", role=role, region=region(code), department=department)]
    if refusal is None:
        assert create_accounts(requests=wanted, actor=officer)[0].user.pk
    else:
        with pytest.raises(Refused, match=refusal):
            create_accounts(requests=wanted, actor=officer)


def test_an_officer_cannot_change_themselves_or_another_officer(officer, make_user):
    with pytest.raises(Refused, match="自己"):
        change_account(user=officer, actor=officer, name="某")
    with pytest.raises(Refused, match="三员"):
        change_account(user=make_user("audit", "411325"), actor=officer, role="county")


def test_a_change_is_recorded_with_before_and_after(client, officer, make_user):
    user = make_user("village", "411325100001", name="王晓梅")
    client.force_login(officer)
    data = {"name": "王晓梅", "role": "village", "region_code": "411325100002", "position": "helper", "phone": "1"}
    assert client.post(reverse("account_edit", args=[user.pk]), {**data, "is_active": "on"}).status_code == 302
    event = Event.objects.get(action="account.change")
    assert (event.before["region"], event.after["region"]) == ("411325100001", "411325100002")
    answer = client.post(reverse("account_edit", args=[user.pk]), {**data, "region_code": "411323"})
    assert "本县没有这个区划代码" in answer.content.decode()


def test_a_deactivated_account_cannot_log_in(client, officer, make_user):
    user = make_user("village", "411325100001", username="xieban")
    change_account(user=user, actor=officer, is_active=False)
    answer = client.post(reverse("login"), {"username": "xieban", "password": "test-Pass-1234"})
    assert answer.status_code == 400


def test_a_reset_password_is_shown_once_and_must_be_changed(client, officer, make_user):
    user = make_user("village", "411325100001")
    client.force_login(officer)
    page = client.post(reverse("account_reset", args=[user.pk])).content.decode()
    password = re.search(r"<code>([a-z]{9}\d{6})</code>", page).group(1)
    user.refresh_from_db()
    assert user.check_password(password) and user.must_change_password


@pytest.mark.parametrize(("people", "short_of"), [(5, 1), (6, 0), (7, 0), (0, 6)])
def test_a_team_has_six_people(campaign, make_user, people, short_of):
    for _ in range(people):
        make_user("township", "411325100", position="recorder")
    wanted = team_size("411325")
    township = next(found for found in contact_table("411325", wanted) if found.region.code == "411325100")
    assert township.short_of == short_of


def test_a_county_whose_notice_has_no_annex_wants_no_number(client, db, business_clock, make_user):
    from subsidies.campaigns.services import open_campaign

    open_campaign(policy_id="130628-2026")
    assert team_size("130628") is None and team_size("") is None
    client.force_login(make_user("county", "130628"))
    page = client.get(reverse("contact_list")).content.decode()
    assert "还差" not in page and "不得少于" not in page and "没有协办员" in page


def test_the_contact_table_names_villages_without_a_helper(client, campaign, make_user, django_assert_num_queries):
    make_user("village", "411325100001", name="王晓梅", position="helper", phone="13800000001")
    make_user("village", "411325100002", name="停用的人", is_active=False)
    with django_assert_num_queries(2):
        township = next(found for found in contact_table("411325") if found.region.code == "411325100")
    missing = {village.code for village in township.without_helper}
    assert "411325100001" not in missing and "411325100002" in missing
    client.force_login(make_user("township", "411325100"))
    page = client.get(reverse("contact_list")).content.decode()
    assert "王晓梅" in page and "13800000001" in page and "停用的人" not in page and "没有协办员" in page


def test_the_security_officer_releases_a_lock(client, campaign, make_user):
    make_user("village", "411325100001", username="xieban")
    for _ in range(5):
        client.post(reverse("login"), {"username": "xieban", "password": "wrong"})
    client.force_login(make_user("security", "411325"))
    assert "1 个账号因输错密码被锁定" in client.get("/").content.decode()
    assert "xieban" in client.get(reverse("lock_list")).content.decode()
    client.post(reverse("lock_release"), {"username": "xieban", "address": "127.0.0.1"})
    assert Event.objects.filter(action="session.unlock").count() == 1
    client.logout()
    answer = client.post(reverse("login"), {"username": "xieban", "password": "test-Pass-1234"})
    assert answer.status_code == 302


def test_the_audit_officer_can_choose_every_subject_that_is_recorded():
    recorded = set()
    for app in ("core", "residents", "subsidies", "collection", "employees", "reporting"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            recorded.update(re.findall(r'audit\.(?:record|event)\(\s*"(\w+)\.', path.read_text()))
    assert recorded <= {subject for subject, _ in SUBJECTS}


def test_the_audit_officer_searches_and_exports(client, campaign, make_user, make_resident):
    officer, clerk = make_user("audit", "411325"), make_user("county", "411325", name="经办甲")
    number = make_resident("411325100001").id_number
    audit.record("resident.change", actor=clerk, summary="改了电话", region="411325100001", after={"id_number": number})
    audit.record("deposit.verify", actor=clerk, summary="核验缴存", region="411325100001")
    audit.record("deposit.verify", actor=clerk, summary="别县的事", region="411323100001")
    client.force_login(officer)
    page = client.get(reverse("event_list")).content.decode()
    assert "改了电话" in page and "别县的事" not in page and number not in page
    for search, kept, dropped in (
        ({"subject": "deposit"}, "核验缴存", "改了电话"),
        ({"text": "电话"}, "改了电话", "核验缴存"),
        ({"actor": "经办甲"}, "核验缴存", "没有符合条件"),
        ({"since": "2000-01-01", "until": "2000-01-02"}, "没有符合条件", "核验缴存"),
    ):
        page = client.get(reverse("event_list"), search).content.decode()
        assert kept in page and dropped not in page, search
    answer = client.get(reverse("event_list"), {"export": "1", "subject": "deposit"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [row[8].value for row in book.active.iter_rows(min_row=2)] == ["核验缴存"]
    assert Event.objects.get(action="event.export").actor == officer


def test_the_log_shows_a_few_facts_at_once_and_says_how_many_more(client, campaign, make_user):
    villages = {f"411325{number:06d}": number for number in range(100001, 100072)}
    audit.record("target.set", actor=None, object_type="campaign", region="411325", summary="下达任务", after=villages)
    client.force_login(make_user("audit", "411325"))
    page = client.get(reverse("event_list")).content.decode()
    assert "征缴任务" in page and "target.set" not in page
    assert "还有 66 项" in page and "其余 11 项请导出后查看" in page
