"""设置: one's own large type, and the way to a new password."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.access.roles import EVERYONE, roles
from core.accounts.display import set_large_type
from core.accounts.requests import SignedIn


class DisplayForm(forms.Form):
    large_type = forms.BooleanField(
        label="大字显示",
        required=False,
        help_text="字号、按钮和行距加大，颜色对比加深。只对自己的账号有效，在哪台设备登录都一样。",
    )


@roles(*EVERYONE)
def settings(request: SignedIn) -> HttpResponse:
    """Everybody's own settings."""
    given = request.POST if request.method == "POST" else None
    form = DisplayForm(given, initial={"large_type": request.user.large_type})
    if request.method == "POST" and form.is_valid():
        set_large_type(user=request.user, on=form.cleaned_data["large_type"])
        messages.success(request, "已保存。")
        return redirect("settings")
    return render(request, "core/accounts/settings.html", {"title": "设置", "form": form})
