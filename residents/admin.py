from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from residents import identity
from residents.admin_base import AuditedExport, AuditedImport, MaskedNumber, NamedResource, ScopedAdmin
from residents.event_words import JOBS, NOTICES
from residents.models import Holiday, Household, InsuredYear, Job, OutboxMessage, Region, Resident, Role, StatusEntry
from residents.search import find_residents


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class StatusInline(ReadOnlyInline):
    model = StatusEntry
    fields = ("status", "since", "until", "source")


class InsuredYearInline(ReadOnlyInline):
    model = InsuredYear
    fields = ("year", "source")


@admin.register(Resident)
class ResidentAdmin(MaskedNumber, ScopedAdmin):
    """Search is routed by what was typed (residents/search.py). Changes are made at the window, not here."""

    list_display = ("name", "masked_number", "sex", "birth_date", "village", "status", "story")
    list_filter = ("status",)
    list_select_related = ("village",)
    search_fields = ("name",)
    search_help_text = "完整证件号码、号码前四位以上，或姓名"
    ordering = ("village_id", "household_id", "id")
    fields = (
        "name", "document_type", "masked_number", "sex", "birth_date", "village", "household", "address",
        "masked_phone", "status", "status_on", "registered_on", "merged_into",
    )
    inlines = (StatusInline, InsuredYearInline)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("village", "household", "merged_into")

    def get_search_results(self, request, queryset, search_term):
        return find_residents(queryset, search_term), False

    @admin.display(description="联系电话")
    def masked_phone(self, obj):
        return identity.mask_phone(obj.phone)

    @admin.display(description="一人一档")
    def story(self, obj):
        return format_html('<a href="{}">查看</a>', reverse("resident_story", args=[obj.pk]))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        url = reverse("resident_story", args=[object_id]) if object_id.isdecimal() else ""
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "story_url": url})


@admin.register(Household)
class HouseholdAdmin(ScopedAdmin):
    list_display = ("number", "head_name", "village")
    list_select_related = ("village",)
    search_fields = ("number__startswith", "head_name__startswith")
    search_help_text = "户编号或户主姓名的开头"
    ordering = ("village_id", "number")


class RegionResource(NamedResource):
    class Meta:
        model = Region
        fields = export_order = ("code", "name", "level", "parent")


@admin.register(Region)
class RegionAdmin(AuditedExport, ScopedAdmin):
    """Regions come with the campaign and are merged at the county's window; here they are looked up."""

    roles = frozenset({Role.COUNTY, Role.SYSTEM})
    resource_classes = (RegionResource,)
    list_display = ("code", "name", "level", "parent", "replaced_by")
    list_filter = ("level",)
    list_select_related = ("parent", "replaced_by")
    search_fields = ("code__startswith", "name__startswith")
    ordering = ("code",)

    def get_queryset(self, request):
        if request.user.role == Role.SYSTEM:
            return Region.objects.in_region(request.user.region_id or "").order_by("code")
        return super().get_queryset(request)


class HolidayResource(NamedResource):
    """The days of one county: a row of a file is that county's, whatever else the file says."""

    def __init__(self, *, county: str = "", **kwargs):
        super().__init__(**kwargs)
        self.county = county

    def get_queryset(self):
        return Holiday.objects.filter(county=self.county)

    def init_instance(self, row=None):
        return Holiday(county_id=self.county)

    class Meta:
        model = Holiday
        import_id_fields = ("day",)
        fields = export_order = ("day", "is_working", "note")
        skip_unchanged = True


@admin.register(Holiday)
class HolidayAdmin(AuditedImport, AuditedExport, ScopedAdmin):
    """Days on which the county differs from the national calendar; they move its own deadlines and public notices."""

    resource_classes = (HolidayResource,)
    editable = ("is_working", "note")
    can_add = True
    list_display = ("day", "is_working", "note")
    ordering = ("-day",)

    def get_changeform_initial_data(self, request):
        return {"county": request.user.region_id[:6]}

    def get_resource_kwargs(self, request, *args, **kwargs):
        return {**kwargs, "county": request.user.region_id[:6]}


class NoticeFilter(admin.SimpleListFilter):
    title, parameter_name = "类别", "kind"

    def lookups(self, request, model_admin):
        return NOTICES.items()

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxAdmin(ScopedAdmin):
    list_display = ("created_at", "notice", "to_name", "masked_phone", "text", "sent_at", "error")
    list_filter = (NoticeFilter, ("sent_at", admin.EmptyFieldListFilter))
    fields = ("created_at", "notice", "region_code", "to_name", "masked_phone", "text", "sent_at", "attempts", "error")

    @admin.display(description="类别", ordering="kind")
    def notice(self, obj):
        return NOTICES.get(obj.kind, obj.kind)

    @admin.display(description="电话")
    def masked_phone(self, obj):
        return identity.mask_phone(obj.to_phone)


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    list_display = ("created_at", "job_name", "state", "done", "total", "message", "created_by")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    fields = (
        "job_name", "state", "created_by", "created_at", "started_at", "finished_at", "attempts", "done", "total",
        "message",
    )

    @admin.display(description="任务", ordering="kind")
    def job_name(self, obj):
        return JOBS.get(obj.kind, obj.kind)
