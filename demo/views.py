"""The demo's business clock: it stands still until somebody moves it here. On the real clock this page is not there."""

import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.pages.form_steps import form_status

FRIDAY = 4


class ClockForm(forms.Form):
    instant = forms.DateTimeField(
        label="把时钟拨到",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text="只能往后拨：已经记下的事不能变成将来的事。",
    )

    def clean_instant(self) -> datetime.datetime:
        instant: datetime.datetime = self.cleaned_data["instant"]
        if instant <= clock.now():
            raise forms.ValidationError(f"要晚于现在的 {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}。")
        return instant


@roles(Role.COUNTY, Role.SYSTEM)
def demo_clock(request: SignedIn) -> HttpResponse:
    if not clock.is_frozen():
        raise Http404
    form = ClockForm(request.POST or None, initial={"instant": next_friday_noon()})
    if request.method == "POST" and form.is_valid():
        instant = form.cleaned_data["instant"]
        audit.record(
            "demo.clock",
            actor=request.user,
            summary=f"演示时钟拨到 {timezone.localtime(instant):%Y-%m-%d %H:%M}",
            object_type="clock",
            before={"at": clock.now().isoformat()},
            after={"at": instant.isoformat()},
        )
        clock.move_to(instant)
        messages.success(request, "时钟已拨好。到点要做的事（排名、催缴短信）由后台任务在一分钟内完成。")
        return redirect("demo_clock")
    facts = {"title": "演示时钟", "form": form}
    return render(request, "demo/demo_clock.html", facts, status=form_status(form))


def next_friday_noon() -> datetime.datetime:
    """The coming Friday 12:00, when the weekly ranking is built (内政办〔2024〕, section 6(2))."""
    here = timezone.localtime(clock.now())
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    noon += datetime.timedelta(days=(FRIDAY - here.weekday()) % 7)
    return noon if noon > here else noon + datetime.timedelta(days=7)
