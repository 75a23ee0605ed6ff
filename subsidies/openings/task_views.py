"""拟定任务: by township, then village by village in a table, or from a spreadsheet."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.files import services as attachments
from core.pages.form_steps import form_status, run_form, run_step
from core.tables.writer import xlsx_response
from subsidies.openings import planned_tasks
from subsidies.openings.forms import SheetForm, TasksForm
from subsidies.openings.selectors import planned_places
from subsidies.openings.views import proposal_of


@roles(Role.COUNTY)
def proposal_tasks(request: SignedIn, pk: int) -> HttpResponse:
    """The rule, the sums by township, and a table to adjust them all."""
    proposal = proposal_of(request, pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="targets", region=proposal.county_id, actor=request.user
        )
        if run_form(form, lambda: planned_tasks.adjust_from_table(proposal=proposal, table=kept, actor=request.user)):
            return redirect("proposal_tasks", pk)
    names = {place.code: place.name for place in planned_places(proposal)}
    sums: dict[str, list[int]] = {}
    for row in proposal.tasks.all():
        line = sums.setdefault(row.village_code[:9], [0, 0, 0])
        for at, number in enumerate((row.insured_before, row.proposed, row.people)):
            line[at] += number
    facts = {
        "title": "征缴任务",
        "proposal": proposal,
        "rule": planned_tasks.rule_of(proposal),
        "townships": [(code, names.get(code, code), *line) for code, line in sorted(sums.items())],
        "totals": [sum(column) for column in zip(*sums.values(), strict=True)],
        "finding": planned_tasks.look(proposal),
        "form": form,
    }
    return render(request, "subsidies/openings/tasks.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def proposal_tasks_propose(request: SignedIn, pk: int) -> HttpResponse:
    """Propose every task by the rule, in place of what was planned."""
    proposal = proposal_of(request, pk)
    run_step(
        request,
        lambda: planned_tasks.propose_tasks(proposal=proposal, actor=request.user),
        "已按办法拟定各村任务，可以逐村调整。",
    )
    return redirect("proposal_tasks", pk)


@roles(Role.COUNTY)
def proposal_tasks_township(request: SignedIn, pk: int, code: str) -> HttpResponse:
    """The villages of one township in a table."""
    proposal = proposal_of(request, pk)
    names = {place.code: place.name for place in planned_places(proposal)}
    rows = list(proposal.tasks.filter(village_code__startswith=code)) if len(code) == 9 else []
    if not rows:
        raise Http404
    form = TasksForm(request.POST or None, rows=rows)
    if request.method == "POST" and run_form(
        form, lambda: planned_tasks.adjust_tasks(proposal=proposal, people=form.people(), actor=request.user)
    ):
        return redirect("proposal_tasks", pk)
    facts = {
        "title": f"{names.get(code, code)}各村任务",
        "proposal": proposal,
        "form": form,
        "lines": [
            (row, names.get(row.village_code, row.village_code), form[f"people_{row.village_code}"]) for row in rows
        ],
    }
    return render(request, "subsidies/openings/tasks_township.html", facts, status=form_status(form))


@roles(Role.COUNTY)
def proposal_tasks_template(request: SignedIn, pk: int) -> FileResponse:
    """All villages of the new year with their planned tasks, to be changed and uploaded."""
    proposal = proposal_of(request, pk)
    places = planned_places(proposal)
    names, tasks = {place.code: place.name for place in places}, {row.village_code: row for row in proposal.tasks.all()}
    rows = (
        (
            place.code,
            names.get(place.township, ""),
            place.name,
            tasks[place.code].insured_before if place.code in tasks else None,
            tasks[place.code].people if place.code in tasks else None,
        )
        for place in places
        if place.township
    )
    columns = (("区划代码", 16), ("乡镇", 14), ("行政村", 26), ("上年参保人数", 14), ("任务人数", 12))
    return xlsx_response(filename=f"{proposal.county.name}{proposal.year}年度拟定任务.xlsx", columns=columns, rows=rows)
