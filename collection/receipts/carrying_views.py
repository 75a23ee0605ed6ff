"""空白收据: of last year's books with blank numbers, which go into the new year and which are called in."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.receipts.carrying import Decision, blank_books, look, plan_books
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_step
from core.text import whole_number
from subsidies.campaigns.models import PolicyProposal
from subsidies.campaigns.selectors import asked_region, regions_below

PAGE = 50


@roles(Role.COUNTY)
def proposal_books(request: SignedIn, pk: int) -> HttpResponse:
    """The books with blank numbers, of one township if asked; one choice for all that are undecided, or one a book."""
    proposal = get_object_or_404(PolicyProposal.objects.for_user(request.user).select_related("county", "base"), pk=pk)
    region = asked_region(request)
    books = [blank for blank in blank_books(proposal) if blank.book.holder_id.startswith(region.pk)]
    if request.method == "POST":
        decisions = _decisions(request, [blank.book.pk for blank in books if not blank.decision])
        if run_step(
            request, lambda: plan_books(proposal=proposal, decisions=decisions, actor=request.user), "已保存收据处理。"
        ):
            return redirect(request.get_full_path())
    facts = {
        "title": "空白收据",
        "proposal": proposal,
        "region": region,
        "townships": regions_below(request, proposal.county),
        "page": Paginator(books, PAGE).get_page(request.GET.get("page")),
        "blank": sum(blank.count for blank in books),
        "undecided": sum(not blank.decision for blank in books),
        "finding": look(proposal),
        "decisions": Decision.choices,
    }
    return render(request, "collection/receipts/proposal_books.html", facts)


def _decisions(request: SignedIn, undecided: list[int]) -> dict[int, str]:
    """What the form says: `all` for the undecided, else book_<id>."""
    if "all" in request.POST:
        return dict.fromkeys(undecided, request.POST["all"])
    found = {}
    for name in request.POST:
        book = whole_number(name.removeprefix("book_")) if name.startswith("book_") else None
        if book is not None and request.POST[name]:
            found[book] = request.POST[name]
    return found
