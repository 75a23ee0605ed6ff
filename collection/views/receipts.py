"""专用收据: books handed down, numbers spent, and the worklist of what is not explained."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from collection.cash_forms import BookForm, BookLinesForm, NumberForm, ReasonForm, ReturnForm, SameForAllForm
from collection.models import Receipt, ReceiptBook
from collection.services import receipts
from collection.services.contributions import ContributionRefused
from collection.services.money import MoneyRefused
from collection.views.regions import campaign_or_404, village_or_404
from residents.access import roles
from residents.models import Region, Role

SEES_RECEIPTS = (Role.COUNTY, Role.TOWNSHIP, Role.TAX, Role.VILLAGE)
ISSUES = (Role.COUNTY, Role.TAX, Role.TOWNSHIP)


@roles(*SEES_RECEIPTS)
def receipt_books(request):
    """The region's books and, per village, what is spent, skipped and outside any book."""
    if request.user.role == Role.VILLAGE:
        return redirect("village_receipts", request.user.region_id)
    campaign = campaign_or_404(request.user)
    region = request.user.scope_prefix
    totals = receipts.book_totals(campaign=campaign, region=region)
    loose = receipts.without_book(campaign=campaign, region=region)
    held = ReceiptBook.objects.for_user(request.user).filter(campaign=campaign)
    page = Paginator(totals, 100).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/receipt_books.html",
        {
            "title": "专用收据",
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
def book_issue(request):
    """The county and the tax bureau register printed numbers and hand them to townships; townships to villages."""
    campaign = campaign_or_404(request.user)
    registers = request.user.role != Role.TOWNSHIP and request.GET.get("new") == "1"
    holders = None if registers else Region.objects.filter(parent_id=request.user.region_id).order_by("code")
    form = BookForm(request.POST or None, holders=holders)
    if request.method == "POST" and form.is_valid():
        facts = {"campaign": campaign, "actor": request.user, **form.cleaned_data}
        try:
            book = receipts.register_book(**facts) if registers else receipts.issue_book(**facts)
        except receipts.ReceiptRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{book} 已登记，领用单位：{book.holder}。")
            return redirect("receipt_books")
    held = ReceiptBook.objects.filter(campaign=campaign, holder=request.user.region_id)
    return render(
        request,
        "collection/book_issue.html",
        {
            "title": "登记印制的收据" if registers else "发放收据本",
            "form": form,
            "registers": registers,
            "held": [(book, _free(book)) for book in held.prefetch_related("parts")],
        },
        status=400 if form.errors else 200,
    )


def _free(book) -> str:
    """The first number of the book that nobody else has, as a hint for the form."""
    serial = book.first
    for first, end in sorted((part.first, part.end) for part in book.parts.all()):
        if serial < first:
            break
        serial = max(serial, end + 1)
    return book.written(serial) if serial <= book.end else "已发完"


@roles(*ISSUES)
def book_issue_many(request):
    """Books for all units at once: the same for each, or by a list; shown before anything is written."""
    campaign = campaign_or_404(request.user)
    holders = Region.objects.filter(parent_id=request.user.region_id).order_by("code")
    held = ReceiptBook.objects.filter(campaign=campaign, holder=request.user.region_id).prefetch_related("parts")
    held = [(book, _free(book)) for book in held]
    way = request.POST.get("way")
    starts = next((free for _, free in held if free[-1].isdigit()), "")
    same = SameForAllForm(request.POST if way == "same" else None, holders=holders, initial={"first": starts})
    listed = BookLinesForm(request.POST if way in ("list", "confirm") else None, holders=holders)
    form, lines, verdicts = same if way == "same" else listed, [], []
    if form.is_valid():
        try:
            lines = receipts.same_for_all(**form.cleaned_data) if form is same else form.cleaned_data["lines"]
            if way == "confirm":
                books = receipts.issue_books(campaign=campaign, lines=lines, actor=request.user)
                messages.success(request, f"已发放 {len(books)} 本收据。")
                return redirect("receipt_books")
            verdicts = receipts.examine_lines(campaign=campaign, lines=lines)
        except receipts.ReceiptRefused as refused:
            form.add_error(None, str(refused))
    return render(
        request,
        "collection/book_issue_many.html",
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
def receipt_book_return(request, pk):
    """Who gave a book takes its unused end back."""
    books = ReceiptBook.objects.for_user(request.user).filter(holder__parent=request.user.region_id)
    book = get_object_or_404(books.select_related("campaign", "holder", "returned_by"), pk=pk)
    start = book.first if (highest := receipts.highest_spent(book)) is None else highest + 1
    form = ReturnForm(request.POST or None, initial={"first": book.written(start) if start <= book.end else ""})
    if request.method == "POST" and form.is_valid():
        try:
            book = receipts.return_book(book=book, first=form.cleaned_data["first"], actor=request.user)
        except receipts.ReceiptRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已从{book.holder}收回 {book.returned_text}，可以重新发放。")
            return redirect("receipt_books")
    return render(
        request,
        "collection/receipt_book_return.html",
        {
            "title": "收回没有用的收据",
            "book": book,
            "highest": highest and book.written(highest),
            "unused": max(book.end - start + 1, 0),
            "form": form,
        },
        status=400 if form.errors else 200,
    )


@roles(*SEES_RECEIPTS)
def village_receipts(request, village):
    """One village's receipts by number, its books with what was skipped, and what became of blank ones."""
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = receipts.explain_number(
                campaign=campaign, village=region.pk, actor=request.user, **form.cleaned_data
            )
        except receipts.ReceiptRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"收据 {found.number} 已登记为{found.get_state_display()}。")
            return redirect("village_receipts", region.pk)
    rows = Receipt.objects.for_user(request.user).filter(campaign=campaign, village=region)
    wanted = receipts.written(request.GET.get("q", ""))
    if wanted:
        rows = rows.filter(number__startswith=wanted)
    if request.GET.get("state") in Receipt.State.values:
        rows = rows.filter(state=request.GET["state"])
    totals = receipts.book_totals(campaign=campaign, region=region.pk)
    return render(
        request,
        "collection/village_receipts.html",
        {
            "title": f"{region}专用收据",
            "campaign": campaign,
            "region": region,
            "books": [
                (line, receipts.skipped_numbers(book=line.book, at_most=40) if line.skipped else []) for line in totals
            ],
            "loose": receipts.without_book(campaign=campaign, region=region.pk).count(),
            "form": form,
            "q": request.GET.get("q", ""),
            "state": request.GET.get("state", ""),
            "states": Receipt.State.choices,
            "page": Paginator(rows.select_related("book").order_by("-number"), 50).get_page(request.GET.get("page")),
        },
        status=400 if form.errors else 200,
    )


@roles(*SEES_RECEIPTS)
def receipt_detail(request, pk):
    """A receipt with the people it was made out for; GET shows, POST voids it with a reason."""
    receipt = get_object_or_404(
        Receipt.objects.for_user(request.user).select_related("campaign", "village", "village__parent", "book"), pk=pk
    )
    can_void = receipt.state == Receipt.State.USED and request.user.role in (Role.TOWNSHIP, Role.VILLAGE, Role.COUNTY)
    form = ReasonForm(request.POST if can_void and request.method == "POST" else None)
    if can_void and request.method == "POST" and form.is_valid():
        try:
            receipts.void_receipt(receipt=receipt, reason=form.cleaned_data["reason"], actor=request.user)
        except (receipts.ReceiptRefused, ContributionRefused, MoneyRefused) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"收据 {receipt.number} 已作废，对应的缴费已冲销。")
            return redirect("receipt_detail", pk)
    return render(
        request,
        "collection/receipt_detail.html",
        {
            "title": f"收据 {receipt.number}",
            "receipt": receipt,
            "contributions": receipt.contributions.select_related("resident").order_by("pk"),
            "can_void": can_void,
            "form": form,
        },
        status=400 if form.errors else 200,
    )
