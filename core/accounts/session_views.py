"""Login, logout, password: each leaves an audit event, and so does a login that fails."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from core.access.roles import EVERYONE, roles
from core.accounts import sessions
from core.accounts.lockout import COOL_OFF_MINUTES, record_failure
from core.accounts.models import User
from core.accounts.passwords import FIRST_PASSWORD_DAYS, first_password_ends
from core.accounts.services import change_password
from core.audit import services as audit


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对，请核对后重新输入（区分大小写）。"
        f"连续输错 {settings.AXES_FAILURE_LIMIT} 次会停用 {COOL_OFF_MINUTES} 分钟。",
        "inactive": "这个账号已经停用，请联系医保局系统管理员。",
    }
    # Nobody's password is longer, and hashing a book costs what hashing a word does not.
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        ends = first_password_ends(user)
        if ends and ends < timezone.now():
            raise forms.ValidationError(
                f"首次密码发放已超过{FIRST_PASSWORD_DAYS}天，不能再用。请联系{user.county_word}医保局系统管理员重置。",
                code="run_out",
            )


class NewPasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "new_password1"
        ].help_text = (
            "至少 10 个字符，要有字母、数字、符号中的至少两种；不要用业务词语、地名拼音、账号、电话或区划代码。"
        )
        for field in self.fields.values():
            field.validators.append(MaxLengthValidator(128))
            field.widget.attrs["maxlength"] = "128"

    def clean_new_password1(self) -> str:
        new: str = self.cleaned_data.get("new_password1", "")
        if new and self.user.check_password(new):
            raise forms.ValidationError("新密码不能与现在的密码相同，请换一个。")
        return new

    def save(self, commit: bool = True) -> User:
        return change_password(user=self.user, password=self.cleaned_data["new_password1"])


@method_decorator(login_not_required, name="dispatch")
class Login(views.LoginView):
    template_name = "registration/login.html"
    form_class = LoginForm
    redirect_authenticated_user = True
    extra_context = {"failure_limit": settings.AXES_FAILURE_LIMIT, "cooloff_minutes": COOL_OFF_MINUTES}

    def get_default_redirect_url(self) -> str:
        """The first page; who was not led through the first steps yet is led there."""
        user = self.request.user
        if isinstance(user, User) and user.guided_at is None and not user.must_change_password:
            return reverse("help_start", args=[1])
        return reverse("home")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        sessions.begin(self.request, user)
        audit.record("session.login", actor=user, obj=user, summary="登录")
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        record_failure(form.data.get("username", ""))
        return self.render_to_response(self.get_context_data(form=form), status=400)


class Logout(views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        audit.record("session.logout", actor=request.user, obj=request.user, summary="退出")
        return super().post(request, *args, **kwargs)


class PasswordChange(views.PasswordChangeView):
    template_name = "registration/password_change.html"
    form_class = NewPasswordForm

    def get_success_url(self) -> str:
        user = self.request.user
        return reverse("home") if isinstance(user, User) and user.guided_at else reverse("help_start", args=[1])

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)  # gives the session a new key
        sessions.begin(self.request, form.user)
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


login = Login.as_view()
logout = roles(*EVERYONE)(Logout.as_view())
password_change = roles(*EVERYONE)(PasswordChange.as_view())
