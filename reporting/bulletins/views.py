"""Bulletins: one content as page, Word and Excel; the Word template; the prizes."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import BUSINESS, Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.downloads import download
from core.pages.validated import unless_unchanged
from core.refusals import Refused
from reporting.bulletins import services as templates
from reporting.bulletins.excel import bulletin_workbook
from reporting.bulletins.standard_template import standard_template
from reporting.bulletins.word import MARKS, NEEDED, TemplateBroken, bulletin_document
from reporting.rankings import tiers
from reporting.rankings.bulletin import Bulletin
from reporting.rankings.content import bulletin_from_json
from reporting.rankings.models import Ranking, RewardTier
from reporting.rankings.rewards import Tier
from subsidies.campaigns.selectors import current


@roles(*BUSINESS)
def bulletin_page(request: SignedIn, pk: int) -> HttpResponse:
    ranking = _ranking(request, pk)

    def draw() -> HttpResponse:
        bulletin = bulletin_from_json(ranking.content["bulletin"])
        facts = {"title": bulletin.title, "ranking": ranking, "bulletin": bulletin}
        return render(request, "reporting/bulletins/bulletin.html", facts)

    return unless_unchanged(request, (ranking.pk, ranking.fingerprint), draw)


@roles(*BUSINESS)
def bulletin_word(request: SignedIn, pk: int) -> HttpResponseBase:
    ranking = _ranking(request, pk)
    bulletin = bulletin_from_json(ranking.content["bulletin"])
    try:
        data = bulletin_document(bulletin, templates.template_bytes(ranking.campaign))
    except TemplateBroken as problem:
        messages.error(request, f"Word 文件没有生成。{problem}网页和 Excel 不受影响。")
        return redirect("bulletin", pk=pk)
    audit.record("bulletin.export", actor=request.user, obj=ranking, summary=f"下载通报 Word：{bulletin.number}")
    return download(data, f"{_name(ranking, bulletin)}.docx")


@roles(*BUSINESS)
def bulletin_excel(request: SignedIn, pk: int) -> HttpResponseBase:
    ranking = _ranking(request, pk)
    bulletin = bulletin_from_json(ranking.content["bulletin"])
    audit.record("bulletin.export", actor=request.user, obj=ranking, summary=f"下载通报 Excel：{bulletin.number}")
    return download(bulletin_workbook(bulletin), f"{_name(ranking, bulletin)}.xlsx")


@roles(Role.COUNTY)
def template_page(request: SignedIn) -> HttpResponse:
    """The Word template in use: download, replace, back to the standard one."""
    campaign = current(request.user)
    if campaign is None:
        return _no_campaign(request, "通报模板")
    if request.method == "POST":
        upload = request.FILES.get("template")
        if upload is None:
            messages.error(request, "请先选择一个 Word 文件（.docx）。")
            return redirect("bulletin_template")
        try:
            templates.set_template(campaign=campaign, name=upload.name or "", data=upload.read(), actor=request.user)
        except TemplateBroken as problem:
            messages.error(request, f"{problem}原来的模板没有改变。")
        else:
            messages.success(request, f"已改用模板“{upload.name}”，已用样例试填成功。")
        return redirect("bulletin_template")
    return render(
        request,
        "reporting/bulletins/template.html",
        {
            "title": "通报模板",
            "chosen": templates.template_in_use(campaign),
            "marks": [(mark, says, mark in NEEDED) for mark, says in MARKS.items()],
        },
    )


@roles(Role.COUNTY)
def template_standard(request: SignedIn) -> HttpResponseBase:
    return download(standard_template(), "通报标准模板.docx")


@roles(Role.COUNTY)
@require_POST
def template_restore(request: SignedIn) -> HttpResponse:
    campaign = current(request.user)
    if campaign is None:
        return _no_campaign(request, "通报模板")
    templates.use_standard_template(campaign=campaign, actor=request.user)
    messages.success(request, "已改用标准模板。")
    return redirect("bulletin_template")


class TierForm(forms.Form):
    name = forms.CharField(label="奖项", max_length=20)
    first = forms.IntegerField(label="从第几名", min_value=1, max_value=999)
    last = forms.IntegerField(label="到第几名", min_value=1, max_value=999)
    amount = forms.DecimalField(label="每个乡镇奖金（元）", min_value=0, max_digits=12, decimal_places=2)


TierFormSet = forms.formset_factory(TierForm, extra=3, max_num=10)


@roles(Role.COUNTY)
def reward_tiers(request: SignedIn) -> HttpResponse:
    """The prizes by rank, and what they add up to against the policy's total."""
    campaign = current(request.user)
    if campaign is None:
        return _no_campaign(request, "奖项设置")
    rewards = campaign.policy.rewards
    if rewards is None:
        return render(
            request,
            "reporting/rankings/nothing.html",
            {"title": "奖项设置", "text": "政策文件没有规定奖励。", "hint": "需要时请在政策文件中写明。"},
        )
    kept = RewardTier.objects.filter(campaign=campaign)
    initial = [{"name": t.name, "first": t.first, "last": t.last, "amount": t.amount} for t in kept]
    forms_ = TierFormSet(request.POST or None, initial=initial, prefix="tier")
    status = 400 if request.method == "POST" and not forms_.is_valid() else 200
    if request.method == "POST" and status == 200:
        chosen = [Tier(**form.cleaned_data) for form in forms_ if form.cleaned_data]
        try:
            tiers.set_reward_tiers(
                campaign=campaign, tiers=sorted(chosen, key=lambda tier: tier.first), actor=request.user
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            status = 400
        else:
            messages.success(request, "奖项已保存，最终结果发布时按此计算。")
            return redirect("reward_tiers")
    total = sum(t.amount * (t.last - t.first + 1) for t in kept)
    return render(
        request,
        "reporting/bulletins/rewards.html",
        {
            "title": "奖项设置",
            "forms": forms_,
            "rewards": rewards,
            "total": total,
            "over": total - rewards.prize_total if total > rewards.prize_total else None,
        },
        status=status,
    )


def _ranking(request: SignedIn, pk: int) -> Ranking:
    rows = Ranking.objects.for_user(request.user).select_related("campaign__county").defer("villages")
    ranking: Ranking = get_object_or_404(rows, pk=pk)
    return ranking


def _no_campaign(request: SignedIn, title: str) -> HttpResponse:
    return render(
        request,
        "reporting/rankings/nothing.html",
        {"title": title, "text": f"本{request.user.county_word}还没有开始征缴。"},
    )


def _name(ranking: Ranking, bulletin: Bulletin) -> str:
    version = f"（第{ranking.version}版）" if ranking.version > 1 else ""
    return f"{bulletin.title}{version}_{bulletin.day}"
