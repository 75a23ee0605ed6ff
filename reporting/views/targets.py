"""Setting the tasks: the county gives each township, and each village of a township, its number of people."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from reporting.services.counting import task_of_township, tasks_at, tree_at
from reporting.services.progress import view_now
from residents.access import roles
from residents.models import Region, Role
from subsidies.services.campaigns import current
from subsidies.services.targets import TargetRefused, set_targets


class TargetsForm(forms.Form):
    """One number a region, and where the numbers come from."""

    source = forms.CharField(label="依据", max_length=120, help_text="例如：2025年度任务分解表（内政办〔2024〕号）")

    def __init__(self, *args, regions, tasks, **kwargs):
        super().__init__(*args, **kwargs)
        self.regions = {f"people_{region.code}": region for region in regions}
        for name, region in self.regions.items():
            self.fields[name] = forms.IntegerField(
                label=region.name, min_value=0, max_value=10_000_000, required=False, initial=tasks.get(region.code)
            )

    def people(self) -> dict[str, int | None]:
        return {region.code: self.cleaned_data[name] for name, region in self.regions.items()}

    def lines(self):
        return [(region, self[name]) for name, region in self.regions.items()]


@roles(Role.COUNTY)
def targets(request, code):
    """The tasks of what stands directly under a county or township. Empty: no task; zero: shown, not ranked."""
    region = get_object_or_404(Region.objects.for_user(request.user), pk=code)
    campaign = current(request.user)
    if campaign is None or region.level == Region.Level.VILLAGE:
        raise Http404
    now = view_now(campaign).as_of
    tree, tasks = tree_at(campaign, now), tasks_at(campaign, now)
    is_county = region.level == Region.Level.COUNTY
    below = tree.townships if is_county else tree.villages_of(region.code)
    form = TargetsForm(request.POST or None, regions=below, tasks=tasks)
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_targets(
                campaign=campaign, people=form.people(), source=form.cleaned_data["source"], actor=request.user
            )
        except TargetRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已保存，改动 {changed} 个单位。已生成的排名不受影响。")
            return redirect("targets", code=code)
    in_force = [task_of_township(one.code, tree, tasks) if is_county else tasks.get(one.code) for one in below]
    lines = [
        (one, box, sum(tasks.get(v.code) or 0 for v in tree.villages_of(one.code))) for one, box in form.lines()
    ]
    return render(
        request, "reporting/targets.html",
        {"title": f"{region.name}征缴任务", "region": region, "form": form, "lines": lines,
         "is_county": is_county, "total": sum(task or 0 for task in in_force), "own": tasks.get(region.code)},
    )
