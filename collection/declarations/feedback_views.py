"""导入反馈: the tax bureau hands its files in, sees what could not be matched, and decides what they left open."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.declarations import feedback, tax_files
from collection.declarations.forms import DecisionForm, TableFileForm, VerdictWordForm
from collection.declarations.models import Declaration, DeclarationRow
from collection.declarations.views import SEES, declaration_or_404
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.jobs.models import Job
from core.pages.form_steps import flash_form_errors, run_step, submit_form, try_step

State = Declaration.State


@require_POST
@roles(Role.TAX)
def feedback_upload(request: SignedIn, pk: int) -> HttpResponse:
    declaration, form = declaration_or_404(request.user, pk), TableFileForm(request.POST, request.FILES)
    if not flash_form_errors(request, form):
        return redirect("declaration_detail", pk)
    file = form.cleaned_data["file"]
    made: list[Any] = []

    def take() -> None:
        made.extend(feedback.take_feedback(declaration=declaration, file=file, name=file.name, actor=request.user))

    if not try_step(request, take):
        return redirect("declaration_detail", pk)
    kept, new = made
    if not new:
        messages.info(request, f"这个文件 {kept.uploaded_at:%m-%d} 已经上传过，没有重复导入，下面是当时的结果。")
    return redirect("feedback_detail", pk, kept.pk)


@roles(*SEES)
def feedback_detail(request: SignedIn, pk: int, feedback_pk: int) -> HttpResponse:
    declaration = declaration_or_404(request.user, pk)
    found = get_object_or_404(declaration.feedbacks.select_related("attachment", "uploaded_by"), pk=feedback_pk)
    waiting = declaration.rows.filter(result=DeclarationRow.Result.PENDING).count()
    return render(
        request,
        "collection/declarations/feedback_detail.html",
        {
            "title": "导入反馈",
            "declaration": declaration,
            "feedback": found,
            "waiting": waiting,
            "job": Job.objects.filter(key=tax_files.job_key(found)).order_by("-created_at").first(),
            "decides": request.user.role == Role.TAX and declaration.state in (State.SUBMITTED, State.FED_BACK),
            "unknown_words": sorted({item["word"] for item in found.problems if item.get("word")}),
        },
    )


@require_POST
@roles(Role.TAX)
def word_explain(request: SignedIn, pk: int, feedback_pk: int) -> HttpResponse:
    """Explain a word of the result column once; the file is then read again."""
    declaration, form = declaration_or_404(request.user, pk), VerdictWordForm(request.POST)
    found = get_object_or_404(declaration.feedbacks.select_related("declaration__campaign"), pk=feedback_pk)
    submit_form(request, form, feedback.explain_word, "已记住，正在按这个意思重新读取，以后不再询问。", feedback=found)
    return redirect("feedback_detail", pk, feedback_pk)


@roles(Role.TAX)
def row_decide(request: SignedIn, pk: int, row_pk: int) -> HttpResponse:
    declaration = declaration_or_404(request.user, pk)
    row = get_object_or_404(declaration.rows.select_related("village"), pk=row_pk)
    form = DecisionForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run_step(
            request,
            lambda: feedback.decide_row(row=row, actor=request.user, **form.cleaned_data),
            f"已确定{row.name}的结果。",
        )
    ):
        return redirect("declaration_rows", pk)
    return render(
        request,
        "collection/declarations/row_decide.html",
        {"title": f"确定{row.name}的导入结果", "declaration": declaration, "row": row, "form": form},
        status=400 if form.errors else 200,
    )


@require_POST
@roles(Role.TAX)
def rest_decide(request: SignedIn, pk: int) -> HttpResponse:
    declaration, form = declaration_or_404(request.user, pk), DecisionForm(request.POST, prefix="rest")
    submit_form(request, form, feedback.decide_rest, "已确定其余人的结果。", declaration=declaration)
    return redirect("declaration_detail", pk)
