"""灵活就业 and one member's page: with whom they are insured, and which months are paid."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from config import clock
from core.access.roles import roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_form
from employees.access import PAYS_IN, WORKS_ON, county_or_404
from employees.members import services
from employees.members.forms import EndForm, FlexibleForm
from employees.members.models import Employment, Member
from employees.months import month_of
from employees.payments.selectors import cover_of, flexible_account, flexible_accounts


@roles(*PAYS_IN)
def flexible_list(request: SignedIn) -> HttpResponse:
    """Those who insure themselves, with what they still owe."""
    county = county_or_404(request.user)
    rows = Employment.objects.for_user(request.user).filter(unit__isnull=True, left__isnull=True)
    page = Paginator(rows.select_related("member").order_by("member__name", "pk"), 50).get_page(request.GET.get("page"))
    members = [employment.member_id for employment in page]
    accounts = flexible_accounts(members, county=county.pk, until=month_of(clock.today()))
    behind = [[account for account in accounts[pk] if account.arrears] for pk in members]
    owed = [sum(account.arrears for account in months) for months in behind]
    return render(
        request,
        "employees/members/flexible_list.html",
        {
            "title": "灵活就业人员",
            "page": page,
            "listed": list(zip(page, behind, owed, strict=True)),
            "county": county,
            "may_change": request.user.role in WORKS_ON,
        },
    )


@roles(*WORKS_ON)
def flexible_new(request: SignedIn) -> HttpResponse:
    county = county_or_404(request.user)
    form = FlexibleForm(request.POST or None, initial={"month": month_of(clock.today())})
    made: list[Employment] = []
    if request.method == "POST" and run_form(
        form, lambda: made.append(services.join_flexible(county=county, actor=request.user, **form.cleaned_data))
    ):
        return redirect("employee_member", made[0].member_id)
    facts = {"title": "灵活就业参保登记", "form": form, "submit": "登记"}
    return render(request, "employees/members/flexible_form.html", facts, status=400 if form.errors else 200)


@roles(*WORKS_ON)
def flexible_end(request: SignedIn, pk: int) -> HttpResponse:
    county_or_404(request.user)
    rows = Employment.objects.for_user(request.user).select_related("member")
    employment = get_object_or_404(rows, pk=pk, unit__isnull=True)
    form = EndForm(request.POST or None, initial={"month": month_of(clock.today())})
    if request.method == "POST" and run_form(
        form, lambda: services.end_flexible(employment=employment, actor=request.user, **form.cleaned_data)
    ):
        return redirect("employee_member", employment.member_id)
    facts = {"title": f"灵活就业停保：{employment.member}", "form": form, "submit": "停保"}
    return render(request, "employees/members/flexible_form.html", facts, status=400 if form.errors else 200)


@roles(*PAYS_IN)
def member_detail(request: SignedIn, pk: int) -> HttpResponse:
    """A person: employments, months with what was owed and whether it is paid."""
    county_or_404(request.user)
    member = get_object_or_404(Member.objects.for_user(request.user), pk=pk)
    month = month_of(clock.today())
    employments = member.employments.select_related("unit").order_by("-joined", "-pk")
    live = [employment for employment in employments if employment.left is None]
    return render(
        request,
        "employees/members/member.html",
        {
            "title": member.name,
            "member": member,
            "employments": employments,
            "several": len(live) > 1,
            "flexible": next((employment for employment in live if employment.unit_id is None), None),
            "cover": cover_of(member, until=month)[:24],
            "accounts": list(reversed(flexible_account(member, until=month)))[:24],
            "may_change": request.user.role in WORKS_ON,
        },
    )
