"""职工医保缴费: the tax bureau's lists, what did not fit, and arrears by unit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.amounts import yuan
from core.jobs.models import Job
from core.pages.form_steps import run_form, submit_form
from core.pages.forms import ReasonForm
from employees.access import PAYS_IN, WORKS_ON, county_or_404
from employees.payments import services
from employees.payments.forms import PaidFileForm
from employees.payments.models import EmployeePayment, PaidFile


@roles(*PAYS_IN)
def paid_lists(request: SignedIn) -> HttpResponse:
    """Upload a list; the lists before it."""
    county = county_or_404(request.user)
    form = PaidFileForm(request.POST or None, request.FILES or None)
    made: list[tuple[PaidFile, bool]] = []

    def take() -> None:
        file = form.cleaned_data["file"]
        made.append(services.upload_paid(county=county, file=file, name=file.name, actor=request.user))

    if request.method == "POST" and run_form(form, take):
        paid_file, is_new = made[0]
        if not is_new:
            messages.info(request, "这份清单以前导入过，没有重复登记，下面是当时的结果。")
        return redirect("employee_paid", paid_file.pk)
    lists = PaidFile.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    facts = {
        "title": "职工医保已缴清单",
        "form": form,
        "page": Paginator(lists, 30).get_page(request.GET.get("page")),
        "payments": EmployeePayment.objects.for_user(request.user).select_related("unit", "member")[:20],
        "may_change": request.user.role in WORKS_ON,
    }
    return render(request, "employees/payments/paid_lists.html", facts, status=400 if form.errors else 200)


@roles(*PAYS_IN)
def paid_detail(request: SignedIn, pk: int) -> HttpResponse:
    """What came of a list: booked, known before, and each row that did not fit with the reason."""
    county_or_404(request.user)
    rows = PaidFile.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    paid_file = get_object_or_404(rows, pk=pk)
    return render(
        request,
        "employees/payments/paid_list.html",
        {
            "title": f"已缴清单：{paid_file.attachment.name}",
            "list": paid_file,
            "job": Job.objects.filter(key=services.job_key(paid_file)).order_by("-created_at").first(),
            "page": Paginator(paid_file.bad_rows, 50).get_page(request.GET.get("page")),
            "reason_form": ReasonForm(),
        },
    )


@roles(*WORKS_ON)
@require_POST
def payment_reverse(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    payment = get_object_or_404(EmployeePayment.objects.for_user(request.user), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(
        request, form, services.reverse_payment, f"已冲销 {yuan(payment.amount)}，原来的一笔保留备查。", payment=payment
    )
    return redirect("employee_paid_lists")
