from axes.utils import reset
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts import lockout
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit


@roles(Role.SECURITY)
def lock_list(request: SignedIn) -> HttpResponse:
    """Accounts that wrong passwords have locked, with the address it came from."""
    accounts = User.objects.for_user(request.user)
    names = dict(accounts.values_list("username", "name"))
    locked = [{**row, "name": names.get(row["username"], "（没有这个账号）")} for row in lockout.locked()]
    others = set(User.objects.values_list("username", flat=True)) - set(names)
    facts = {"title": "登录锁定", "locked": [row for row in locked if row["username"] not in others]}
    return render(request, "core/accounts/lock_list.html", facts)


@roles(Role.SECURITY)
@require_POST
def lock_release(request: SignedIn) -> HttpResponse:
    """Let a user try again at once, after the person has been identified."""
    username, address = request.POST.get("username", ""), request.POST.get("address", "")
    user = User.objects.for_user(request.user).filter(username=username).first()
    if user and address and reset(username=username, ip=address):
        audit.record("session.unlock", actor=request.user, obj=user, summary=f"解除账号 {username} 在 {address} 的锁定")
        messages.success(request, f"已解除账号 {username} 的锁定。")
    else:
        messages.info(request, "这个账号现在没有被锁定。")
    return redirect("lock_list")
