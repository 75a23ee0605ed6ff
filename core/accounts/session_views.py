"""Login, logout, password: each leaves an audit event."""

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from core.access.roles import EVERYONE, roles
from core.accounts.lockout import COOL_OFF_MINUTES
from core.accounts.services import change_password
from core.audit import services as audit


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对，请核对后重新输入（区分大小写）。"
        f"连续输错 {settings.AXES_FAILURE_LIMIT} 次会停用 {COOL_OFF_MINUTES} 分钟。",
        "inactive": "这个账号已经停用，请联系县医保局系统管理员。",
    }


class NewPasswordForm(PasswordChangeForm):
    def clean_new_password1(self):
        new = self.cleaned_data.get("new_password1", "")
        if new and self.user.check_password(new):
            raise forms.ValidationError("新密码不能与现在的密码相同，请换一个。")
        return new

    def save(self, commit=True):
        return change_password(user=self.user, password=self.cleaned_data["new_password1"])


@method_decorator(login_not_required, name="dispatch")
class Login(views.LoginView):
    template_name = "registration/login.html"
    form_class = LoginForm
    redirect_authenticated_user = True
    extra_context = {"failure_limit": settings.AXES_FAILURE_LIMIT, "cooloff_minutes": COOL_OFF_MINUTES}

    def form_valid(self, form):
        response = super().form_valid(form)
        audit.record("session.login", actor=self.request.user, obj=self.request.user, summary="登录")
        return response


class Logout(views.LogoutView):
    def post(self, request, *args, **kwargs):
        audit.record("session.logout", actor=request.user, obj=request.user, summary="退出")
        return super().post(request, *args, **kwargs)


class PasswordChange(views.PasswordChangeView):
    template_name = "registration/password_change.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("home")


login = Login.as_view()
logout = roles(*EVERYONE)(Logout.as_view())
password_change = roles(*EVERYONE)(PasswordChange.as_view())
