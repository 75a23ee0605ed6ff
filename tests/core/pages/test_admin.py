"""The back office: who sees which lists, where they end, and what they cost."""

import io
import re

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access import masks
from core.audit.models import Event
from core.calendar.models import Holiday
from core.regions.services import BUILT_IN, load_regions, read_regions
from core.tables.writer import write_xlsx
from tests.collection.paid_people import pay

HERE, ELSEWHERE = "411325100001", "411325101200"
LISTS = sorted(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry)


def test_a_list_that_does_not_end_at_the_region_is_refused():
    with pytest.raises(ImproperlyConfigured, match="core.Event"):
        admin.site.register(Event, admin.ModelAdmin)
    with pytest.raises(ImproperlyConfigured, match="core.Event"):
        admin.site.register([Event])
    admin.site.register(Group, admin.ModelAdmin)
    assert not admin.site.is_registered(Event) and not admin.site.is_registered(Group)


def test_nothing_is_deleted_here():
    for found in admin.site._registry.values():
        assert not any((url.name or "").endswith("_delete") for url in found.get_urls())


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("county", 200),
        ("system", 200),
        ("security", 200),
        ("audit", 200),
        ("township", 403),
        ("village", 403),
        ("tax", 403),
        ("department", 403),
        ("leader", 403),
    ],
)
def test_who_enters(client, campaign, make_user, role, status):
    client.force_login(make_user(role, "411325"))
    assert client.get(reverse("admin:index")).status_code == status


def test_the_index_follows_the_work(client, campaign, make_user):
    client.force_login(make_user("county", "411325"))
    page = client.get(reverse("admin:index")).content.decode()
    places = [page.index(f"<h2>{title}</h2>") for title in ("登记", "政策与任务", "征缴", "资金", "申报与入库")]
    assert places == sorted(places)


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_the_three_officers_see_no_business_lists(client, campaign, make_user, make_resident, role):
    make_resident(HERE)
    client.force_login(make_user(role, "411325"))
    for name in ("residents_resident", "residents_household", "collection_contribution", "collection_movement"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_can_be_searched(client, campaign, make_user, name):
    model_admin = next(
        found
        for model, found in admin.site._registry.items()
        if name == f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    )
    user = make_user(next(iter(model_admin.roles)), "411325")
    client.force_login(user)
    if not model_admin.is_open_to(user):  # a county without employees' insurance
        assert name.startswith("admin:employees_") and client.get(reverse(name)).status_code == 403
        return
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), {"q": "411325"}).status_code == 200


def test_search_masks(client, campaign, make_user, make_resident):
    mine = make_resident(HERE, name="甲一")
    client.force_login(make_user("county", "411325"))
    url = reverse("admin:residents_resident_changelist")
    page = client.get(url, {"q": mine.id_number}, follow=True).content.decode()
    assert f'field-masked_number">{masks.mask(mine.id_number)}<' in page
    assert mine.id_number not in client.get(url).content.decode()
    assert "甲一" in client.get(url, {"q": "甲"}).content.decode()


def test_a_resident_cannot_be_changed_here(client, campaign, make_user, make_resident):
    resident = make_resident(HERE, name="甲一")
    client.force_login(make_user("county", "411325"))
    url = reverse("admin:residents_resident_change", args=[resident.pk])
    page = client.get(url).content.decode()
    assert resident.id_number not in page and reverse("resident_story", args=[resident.pk]) in page
    assert client.post(url, {"name": "乙"}).status_code == 403
    resident.refresh_from_db()
    assert resident.name == "甲一"


def test_a_list_costs_the_same_for_one_and_for_fifty(
    client, campaign, make_user, make_resident, django_assert_num_queries
):
    client.force_login(make_user("county", "411325"))
    make_resident(HERE)
    url = reverse("admin:residents_resident_changelist")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(60):
        make_resident(HERE)
    with django_assert_num_queries(len(one)):
        client.get(url)
    assert len(one) <= 7


@pytest.mark.parametrize("year, found", [("2025", 1), ("abc", 1), ("", 1)])
def test_contributions_are_filtered_by_the_years_of_the_county_s_campaigns(
    client, campaign, make_user, make_resident, year, found
):
    pay(campaign, make_user("village", HERE), HERE)
    client.force_login(make_user("county", "411325"))
    page = client.get(reverse("admin:collection_contribution_changelist"), {"year": year} if year else {})
    assert page.context["cl"].result_count == found
    assert "2025" in page.content.decode()


def test_a_holiday_is_added_and_changed_with_an_event(client, campaign, make_user):
    user = make_user("county", "411325")
    client.force_login(user)
    add = reverse("admin:core_holiday_add")
    assert re.findall(r'<option value="(\d+)"', client.get(add).content.decode()) == ["411325"]
    day = {"county": "411325", "day": "2024-10-12", "is_working": "on", "note": "调休"}
    client.post(add, day)
    holiday = Holiday.objects.get()
    assert "已经存在" in client.post(add, day).content.decode() and Holiday.objects.count() == 1
    url = reverse("admin:core_holiday_change", args=[holiday.pk])
    client.post(url, {"is_working": "on", "note": "国庆调休"})
    holiday.refresh_from_db()
    assert (holiday.is_working, holiday.note) == (True, "国庆调休")
    events = Event.objects.filter(object_type="holiday").order_by("id")
    assert [(event.action, event.after) for event in events] == [
        ("holiday.add", {"county": "内乡县", "day": "2024-10-12", "is_working": "True", "note": "调休"}),
        ("holiday.change", {"note": "国庆调休"}),
    ]


def test_a_holiday_list_is_taken_into_the_own_county_only(client, campaign, make_user):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411323")
    Holiday.objects.create(county_id="411323", day="2024-10-12", note="邻县")
    client.force_login(make_user("county", "411325"))
    listed = SimpleUploadedFile("days.csv", "县,日期,上班,说明\n411323,2024-10-12,1,庙会\n".encode())
    url = reverse("admin:core_holiday_import")
    page = client.post(url, {"format": "1", "import_file": listed}).content.decode()
    assert "邻县" not in page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    client.post(reverse("admin:core_holiday_process_import"), fields)
    assert set(Holiday.objects.values_list("county_id", "note")) == {("411323", "邻县"), ("411325", "庙会")}
    assert "邻县" not in client.get(reverse("admin:core_holiday_changelist")).content.decode()
    client.post(reverse("admin:core_holiday_add"), {"county": "411323", "day": "2024-10-13"})
    assert Holiday.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 not a workbook", "文件已损坏"),
        (b"", "空的"),
        ("日期,上班,说明\n2024-10-12,1,庙会\n".encode("gb18030"), "庙会"),
    ],
)
def test_a_holiday_list_is_read_apart_like_every_other_sheet(client, campaign, make_user, monkeypatch, content, says):
    import openpyxl

    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("read in the web process"))
    client.force_login(make_user("county", "411325"))
    listed = SimpleUploadedFile("days.xlsx", content)
    answer = client.post(reverse("admin:core_holiday_import"), {"format": "0", "import_file": listed})
    assert answer.status_code == 200 and says in answer.content.decode()
    assert not Holiday.objects.exists()


def test_an_export_is_one_click_names_its_columns_in_chinese_and_leaves_an_event(client, campaign, make_user):
    client.force_login(make_user("county", "411325"))
    answer = client.get(reverse("admin:core_region_export"))
    assert answer.status_code == 200
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0] == ("代码", "名称", "级别", "上级")
    assert "县衙社区居民委员会" in {row[1] for row in rows[1:]}
    assert Event.objects.get(action="region.export").actor.role == "county"


@pytest.mark.parametrize("name", ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(1)", "\t=1"])
def test_nothing_that_was_typed_becomes_a_formula(client, campaign, make_user, name):
    from core.regions.models import Region

    Region.objects.filter(pk=HERE).update(name=name)
    client.force_login(make_user("county", "411325"))
    answer = client.get(reverse("admin:core_region_export"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    Region.objects.filter(pk=HERE).update(name="县衙社区")
    book = openpyxl.load_workbook(write_xlsx(columns=[("甲", 9)], rows=[[name]]))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]


def test_lists_speak_as_people_do(client, campaign, make_user):
    client.force_login(make_user("county", "411325"))
    page = client.get(reverse("admin:residents_resident_changelist")).content.decode()
    assert "居民列表" in page and "按状态筛选" in page and "选择 居民" not in page
    assert "新增节假日调整" in client.get(reverse("admin:core_holiday_changelist")).content.decode()
    assert "新增节假日调整" in client.get(reverse("admin:core_holiday_add")).content.decode()
