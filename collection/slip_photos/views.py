"""The photograph of a slip proposes what the form is to say; the person confirms it."""

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from collection.slip_photos import engine
from collection.slip_photos.services import propose
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.files.fields import PhotoField
from subsidies.campaigns.selectors import village_or_404


class PhotoForm(forms.Form):
    photo = PhotoField()


@require_POST
@roles(Role.VILLAGE, Role.TOWNSHIP)
def slip_read(request: SignedIn, village: str) -> HttpResponse:
    """{"slip_no", "paid_on", "amount", "says"}; with nothing but `says` where nothing could be read."""
    village_or_404(request.user, village)
    if not engine.is_available():
        raise Http404("没有安装回单照片识别。")
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"says": " ".join(str(error) for error in form.errors["photo"])}, status=400)
    try:
        fields = propose(form.cleaned_data["photo"])
    except engine.NotRead as refusal:
        return JsonResponse({"says": str(refusal)})
    parts = (
        f"回单号 {fields.slip_no}" if fields.slip_no else "",
        f"日期 {fields.paid_on}" if fields.paid_on else "",
        f"金额 {fields.amount:,.2f} 元" if fields.amount is not None else "",
    )
    return JsonResponse(
        {
            "slip_no": fields.slip_no,
            "paid_on": fields.paid_on.isoformat() if fields.paid_on else "",
            "amount": str(fields.amount) if fields.amount is not None else "",
            "says": f"照片上读出：{'，'.join(part for part in parts if part)}。请对照回单核对。",
        }
    )
