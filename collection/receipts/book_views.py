"""收据本: what the county, townships and villages hold, handing on and taking back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.receipts import books as receipt_books
from collection.receipts.books import ReceiptRefused
from collection.receipts.forms import BookForm, BookLinesForm, ReturnForm, SameForAllForm
from collection.receipts.models import ReceiptBook
from collection.receipts.selectors import book_totals, highest_spent, without_book
from collection.receipts.views import SEES_RECEIPTS
from core.access.roles import Role, roles
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.filters.selectors import ListFilter
from core.pages.form_steps import run_form
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import campaign_or_404

ISSUES = (Role.COUNTY, Role.TAX, Role.TOWNSHIP)


@roles(*SEES_RECEIPTS)
def book_list(request: SignedIn) -> HttpResponse:
    """The region's books and, per village, what is spent, skipped and outside any book."""
    if request.user.role == Role.VILLAGE:
        return redirect("village_receipts", request.user.region_id)
    campaign = campaign_or_404(request.user)
    narrowed = ListFilter(request)
    region = narrowed.prefix
    totals = book_totals(campaign=campaign, region=region)
    loose = without_book(campaign=campaign, region=region)
    held = ReceiptBook.objects.in_region(region).filter(campaign=campaign)
    page = Paginator(totals, 100).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/receipts/receipt_books.html",
        {
            "title": "专用收据",
            "filter": narrowed,
            "campaign": campaign,
            "page": page,
            "used": sum(line.used for line in totals),
            "amount": sum(line.amount for line in totals),
            "voided": sum(line.voided for line in totals),
            "lost": sum(line.lost for line in totals),
            "skipped": sum(line.skipped for line in totals),
            "unused": sum(line.unused for line in totals),
            "returned": sum(line.book.returned for line in totals),
            "loose": loose[:20],
            "loose_count": loose.count(),
            "upper": held.exclude(holder__level=Region.Level.VILLAGE).select_related(
                "holder", "issued_by", "returned_by"
            ),
            "gives": request.user.region_id if request.user.role in ISSUES else None,
        },
    )


@roles(*ISSUES)
def book_issue(request: SignedIn) -> HttpResponse:
    """The county and the tax bureau register printed numbers and hand them to townships; townships to villages."""
    campaign = campaign_or_404(request.user)
    if not campaign.is_open:
        return _closed(request, campaign)
    registers = request.user.role != Role.TOWNSHIP and request.GET.get("new") == "1"
    holders = None if registers else _below(request.user)
    form = BookForm(request.POST or None, holders=holders)
    if request.method == "POST":

        def issue() -> None:
            facts = {"campaign": campaign, "actor": request.user, **form.cleaned_data}
            book = receipt_books.register_book(**facts) if registers else receipt_books.issue_book(**facts)
            messages.success(request, f"{book} 已登记，领用单位：{book.holder}。")

        if run_form(form, issue):
            return redirect("receipt_books")
    held = ReceiptBook.objects.filter(campaign=campaign, holder=request.user.region_id)
    return render(
        request,
        "collection/receipts/book_issue.html",
        {
            "title": "登记印制的收据" if registers else "发放收据本",
            "form": form,
            "registers": registers,
            "held": [(book, _free(book)) for book in held.prefetch_related("parts")],
        },
        status=400 if form.errors else 200,
    )


def _below(user: User) -> ScopedQuerySet:
    """Whom the user hands books to: the units right below, without villages that were moved away."""
    return Region.objects.filter(parent_id=user.region_id, replaced_by=None).order_by("code")


def _closed(request: SignedIn, campaign: Campaign) -> HttpResponse:
    status = 400 if request.method == "POST" else 200
    return render(
        request, "collection/receipts/book_closed.html", {"title": "发放收据本", "campaign": campaign}, status=status
    )


def _free(book: ReceiptBook) -> str:
    """The first number of the book that nobody else has, as a hint for the form."""
    serial = book.first
    for first, end in sorted((part.first, part.end) for part in book.parts.all()):
        if serial < first:
            break
        serial = max(serial, end + 1)
    return book.format_serials(serial) if serial <= book.end else "已发完"


@roles(*ISSUES)
def book_issue_many(request: SignedIn) -> HttpResponse:
    """Books for all units at once: the same for each, or by a list; shown before anything is written."""
    campaign = campaign_or_404(request.user)
    if not campaign.is_open:
        return _closed(request, campaign)
    holders = _below(request.user)
    books = ReceiptBook.objects.filter(campaign=campaign, holder=request.user.region_id).prefetch_related("parts")
    held = [(book, _free(book)) for book in books]
    way = request.POST.get("way")
    starts = next((free for _, free in held if free[-1].isdecimal()), "")
    same = SameForAllForm(request.POST if way == "same" else None, holders=holders, initial={"first": starts})
    listed = BookLinesForm(*((request.POST, request.FILES) if way in ("list", "confirm") else ()), holders=holders)
    form = same if way == "same" else listed
    lines: list[receipt_books.BookLine] = []
    verdicts: list[receipt_books.LineVerdict] = []
    if form.is_valid():
        try:
            lines = receipt_books.same_for_all(**form.cleaned_data) if form is same else form.cleaned_data["lines"]
            if way == "confirm":
                issued = receipt_books.issue_books(campaign=campaign, lines=lines, actor=request.user)
                messages.success(request, f"已发放 {len(issued)} 本收据。")
                return redirect("receipt_books")
            verdicts = receipt_books.examine_lines(campaign=campaign, lines=lines)
        except ReceiptRefused as refused:
            form.add_error(None, str(refused))
    return render(
        request,
        "collection/receipts/book_issue_many.html",
        {
            "title": "批量发放收据本",
            "held": held,
            "same": same,
            "listed": listed,
            "verdicts": verdicts,
            "refused": sum(bool(verdict.why) for verdict in verdicts),
            "count": sum(verdict.count for verdict in verdicts),
            "text": "\n".join(f"{line.holder.pk}\t{line.first}\t{line.last}" for line in lines),
        },
        status=400 if form.errors else 200,
    )


@roles(*ISSUES)
def receipt_book_return(request: SignedIn, pk: int) -> HttpResponse:
    """Who gave a book takes its unused end back."""
    books = ReceiptBook.objects.for_user(request.user).filter(holder__parent=request.user.region_id)
    book = get_object_or_404(books.select_related("campaign", "holder", "returned_by"), pk=pk)
    start = book.first if (highest := highest_spent(book)) is None else highest + 1
    form = ReturnForm(request.POST or None, initial={"first": book.format_serials(start) if start <= book.end else ""})
    if request.method == "POST":

        def take_back() -> None:
            returned = receipt_books.return_book(book=book, first=form.cleaned_data["first"], actor=request.user)
            messages.success(request, f"已从{returned.holder}收回 {returned.returned_text}，可以重新发放。")

        if run_form(form, take_back):
            return redirect("receipt_books")
    return render(
        request,
        "collection/receipts/receipt_book_return.html",
        {
            "title": "收回没有用的收据",
            "book": book,
            "highest": highest and book.format_serials(highest),
            "unused": max(book.end - start + 1, 0),
            "form": form,
        },
        status=400 if form.errors else 200,
    )
