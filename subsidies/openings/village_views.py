"""The list of villages: uploaded, shown beside last year's, planned; and who goes where when a village is split."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.files import services as attachments
from core.files.models import Attachment
from core.pages.form_steps import form_status, run_step
from core.regions.models import Region
from core.tables.reader import SheetError
from core.tables.writer import xlsx_response
from subsidies.openings import villages
from subsidies.openings.forms import DocumentForm, SheetForm, VillagesForm
from subsidies.openings.models import VillageChange
from subsidies.openings.selectors import planned_places
from subsidies.openings.views import proposal_of


@roles(Role.COUNTY)
def proposal_villages(request: SignedIn, pk: int) -> HttpResponse:
    """What is planned, and an upload that shows what it would change before anything is kept."""
    proposal = proposal_of(request, pk)
    form = VillagesForm(request.POST or None, request.FILES or None)
    facts = {"title": "村名单", "proposal": proposal, "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="villages", region=proposal.county_id, actor=request.user
        )
        try:
            preview, notes = villages.preview_villages(proposal=proposal, table=kept)
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            shown = [(VillageChange.Kind(change.kind).label, change) for change in preview.changes]
            facts |= {"preview": preview, "shown": shown, "notes": notes, "kept": kept}
            facts["document"] = form.cleaned_data["document"]
    changes = list(proposal.village_changes.all())
    facts |= {
        "changes": changes,
        "finding": villages.look(proposal) if proposal.is_draft else None,
        "splits": [(one, one.people.count()) for one in changes if one.kind == VillageChange.Kind.SPLIT],
        "split_form": SheetForm(),
    }
    return render(request, "subsidies/openings/villages.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def proposal_villages_confirm(request: SignedIn, pk: int, attachment: str) -> HttpResponse:
    """Plan what was shown; a second click plans the same again."""
    proposal = proposal_of(request, pk)
    kept = get_object_or_404(Attachment, pk=attachment, kind="villages", uploaded_by=request.user)
    form = DocumentForm(request.POST)
    document = form.cleaned_data["document"] if form.is_valid() else ""
    run_step(
        request,
        lambda: villages.plan_villages(proposal=proposal, table=kept, document=document, actor=request.user),
        "已保存拟定的村名单，开征时生效。",
    )
    return redirect("proposal_villages", pk)


@roles(Role.COUNTY)
@require_POST
def proposal_split(request: SignedIn, pk: int) -> HttpResponse:
    """Who goes to the new village: whole or not at all, with the rows that are wrong."""
    proposal = proposal_of(request, pk)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择划出人员名单。")
        return redirect("proposal_villages", pk)
    file = form.cleaned_data["file"]
    kept = attachments.store(file=file, name=file.name, kind="villages", region=proposal.county_id, actor=request.user)
    try:
        bad = [row for row in villages.preview_split(proposal=proposal, table=kept) if row.problem]
    except SheetError as error:
        messages.error(request, str(error))
        return redirect("proposal_villages", pk)
    for row in bad[:20]:
        messages.error(request, f"第 {row.number} 行：{row.problem}")
    if not bad:
        run_step(
            request,
            lambda: villages.plan_split(proposal=proposal, table=kept, actor=request.user),
            "已保存划出人员，开征时生效。",
        )
    return redirect("proposal_villages", pk)


@roles(Role.COUNTY)
def proposal_villages_template(request: SignedIn, pk: int) -> FileResponse:
    """Last year's villages, to be changed and uploaded."""
    proposal = proposal_of(request, pk)
    places = planned_places(proposal)
    names = {place.code: place.name for place in places}
    rows = ((place.code, names.get(place.township, ""), place.name, "") for place in places if place.township)
    columns = (("区划代码", 16), ("乡镇", 14), ("行政村", 26), ("原区划代码", 30))
    county: Region = proposal.county
    return xlsx_response(filename=f"{county.name}{proposal.year}年度村名单.xlsx", columns=columns, rows=rows)
