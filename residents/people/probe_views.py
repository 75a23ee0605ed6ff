"""The security officer's page of lists that asked about many strangers."""

from django.http import HttpResponse
from django.shortcuts import render

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.database.paginator import BoundedPaginator
from residents.people.selectors import probes_for


@roles(Role.SECURITY)
def probe_list(request: SignedIn) -> HttpResponse:
    """Who sent which list, when and from where, and how many of its numbers were withheld; nobody's name or number."""
    page = BoundedPaginator(probes_for(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "residents/people/probe_list.html", {"title": "号码试探", "page": page})
