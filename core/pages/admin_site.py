"""The bureau's back office: Django's admin with our login, our roles and an index in the order of the work."""

from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import AdminReadonlyField
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

#: The chapters of the index: title and models, in the order of the work.
CHAPTERS = (
    ("登记", ("resident", "household", "statusentry", "insuredyear", "region")),
    ("政策与任务", ("campaign", "target", "policyversion", "identity", "roster", "cause")),
    ("征缴", ("contribution", "ledgerbatch", "receiptbook", "receipt")),
    ("资金", ("villageaccount", "deposit", "villageduty", "movement")),
    ("申报与入库", ("declaration", "declarationrow", "feedback", "selfpayment", "verdictword")),
    ("退费与公示", ("refund", "publicnotice")),
    ("进度与排名", ("ranking", "snapshot", "bulletin", "townshipreport")),
    ("职工医保", ("unit", "employment", "employeepayment")),
    ("学校", ("school",)),
    ("系统", ("user", "event", "job", "outboxmessage", "holiday")),
)
#: Views of Django's admin that this site has no use for: it has a logout and a password page of its own, and
#: view_on_site answers for any object of any region.
_NOT_OFFERED = {"logout", "password_change", "password_change_done", "view_on_site"}
#: Models of other packages that register lists of their own. There are no groups (docs/decisions/scope.md).
NOT_LISTED = frozenset({"auth.Group", "auth.User"})


_link_of = AdminReadonlyField.get_admin_url


def _link_where_it_opens(field: AdminReadonlyField, remote_field: Any, remote_obj: Any) -> str:
    """The record that a field names, as a link only where everybody who reads this list may open that one."""
    mine: Any = field.model_admin  # a ScopedAdmin, as every list of this site
    theirs = mine.admin_site._registry.get(remote_field.model)
    opens = theirs is not None and mine.roles <= theirs.roles
    return _link_of(field, remote_field, remote_obj) if opens else str(remote_obj)


# Django asks nobody before it links a record's account: this back office shows no link that answers 403.
AdminReadonlyField.get_admin_url = _link_where_it_opens  # type: ignore[method-assign, assignment]


class CountyAdminSite(AdminSite):
    site_header = "城乡居民医保征缴管理"
    site_title = "征缴管理"
    index_title = "后台管理"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_staff

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one login for everybody."""
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in lists that end at the user's region. Pass over the foreign models of NOT_LISTED, and refuse any other
        list that is no ScopedAdmin: it would be open to every officer or silently missing."""
        from core.pages.admin_base import ScopedAdmin

        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)
            return
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        for model in models:
            if model._meta.label not in NOT_LISTED:
                raise ImproperlyConfigured(f"{model._meta.label}: its list must be a core.pages.admin_base.ScopedAdmin")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Nobody anonymous comes here (the middleware sends them to log in); other roles get the 403 page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise PermissionDenied("您的角色不在后台办理业务。")
            try:
                return inner(request, *args, **kwargs)
            except IncorrectLookupParameters:
                # Exports do not catch a filter that is none, as lists do.
                return redirect(request.path)

        return update_wrapper(guarded, view)

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _NOT_OFFERED]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one index."""
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models this user may see, in chapters of the work instead of apps."""
        models = {
            model["model"]._meta.model_name: model
            for app in super().get_app_list(request, app_label)
            for model in app["models"]
        }
        chapters = [(title, [models.pop(name) for name in names if name in models]) for title, names in CHAPTERS]
        chapters.append(("其他", list(models.values())))
        return [
            {"name": title, "app_label": title, "app_url": "", "has_module_perms": True, "models": found}
            for title, found in chapters
            if found
        ]
