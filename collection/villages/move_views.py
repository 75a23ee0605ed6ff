"""村划转: a village under another township, first what would move and what forbids it, then the move."""

from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from collection.villages.moves import move_village, preview_move
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_step
from core.pages.forms import offer_rows
from core.regions.models import Region
from residents.counter.forms import VillageChoice, villages_of
from subsidies.campaigns.selectors import campaign_or_404


class MoveForm(forms.Form):
    village = VillageChoice(Region.objects.none(), label="要划转的村", empty_label="请选择")
    township = forms.ModelChoiceField(Region.objects.none(), label="划入的乡镇", empty_label="请选择")
    code = forms.CharField(
        label="新的区划代码",
        max_length=20,
        help_text="12位，以划入乡镇的9位代码开头；照民政部门批复或统计用区划代码填写。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "village", villages_of(user))
        townships = Region.objects.for_user(user).filter(level=Region.Level.TOWNSHIP, replaced_by=None)
        offer_rows(self, "township", townships.order_by("code"))


@roles(Role.COUNTY)
def village_move(request: SignedIn) -> HttpResponse:
    """Looking is a GET that writes nothing; the move is a POST of what was looked at."""
    campaign = campaign_or_404(request.user)
    form = MoveForm(request.POST or request.GET or None, user=request.user)
    facts = {"title": "村划转", "form": form, "campaign": campaign}
    if form.is_valid():
        if request.method == "POST":
            village, township, code = (form.cleaned_data[name] for name in ("village", "township", "code"))
            done = f"{village.name}已划入{township.name}，新代码 {code}。"
            step = partial(move_village, campaign=campaign, actor=request.user, **form.cleaned_data)
            if run_step(request, step, done):
                return redirect("village_move")
        facts |= {"chosen": form.cleaned_data, "preview": preview_move(campaign=campaign, **form.cleaned_data)}
    return render(request, "collection/villages/village_move.html", facts)
