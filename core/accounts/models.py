from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models

from core.access.roles import ADMIN_ROLES, OFFICERS, Role, role_name
from core.access.scope import ScopedQuerySet
from core.county_words import county_word
from core.regions.models import Region


class Position(models.TextChoices):
    """The places on a township's team and in a village (内政办〔2024〕, annex 2; section 5(2))."""

    LEADER = "leader", "乡镇分管领导"
    REVIEWER = "reviewer", "乡镇督导审核人员"
    RECORDER = "recorder", "电子信息录入人员"
    HELPER = "helper", "医保协办员"


class AccountQuerySet(ScopedQuerySet):
    def for_user(self, user: "User") -> Self:
        """System and security officers look after the accounts of their county; others see their own region's."""
        if user.role in (Role.SYSTEM, Role.SECURITY):
            return self.in_region(user.region_id or "")
        return super().for_user(user)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self.db)
        return user


UserManager = BaseUserManager.from_queryset(AccountQuerySet)


class User(AbstractBaseUser):
    """An account: one role, one region. Without a region it sees no rows.

    What an account may do follows from its role alone (core/access/roles.py), so there are no groups, no permission
    rows and no superuser.
    """

    username = models.CharField(
        "账号",
        max_length=40,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个账号已经有人用了，请换一个。"},
    )
    name = models.CharField("姓名", max_length=40)
    role = models.CharField("角色", max_length=12, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", null=True, blank=True, related_name="users")
    department = models.CharField(
        "部门", max_length=20, blank=True, help_text="认定部门填写，如 民政局、农业农村局、残联"
    )
    position = models.CharField("岗位", max_length=10, choices=Position, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    #: When a first password was given out; none once the person has one of their own.
    password_issued_at = models.DateTimeField("首次密码发放时间", null=True, editable=False)
    #: The one session of an office (docs/decisions/accounts.md); a helper may have several.
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    large_type = models.BooleanField("大字显示", default=False, db_default=False)
    #: When the person was led through the three things of the role; none before.
    guided_at = models.DateTimeField("看过入门的时间", null=True, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    #: The campaigns of the request that this user sent (subsidies/campaigns/middleware.py).
    campaign_selection: Any

    scope_field = "region_id"
    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["region_id", "username"]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def scope_prefix(self) -> str:
        """The code under which this user sees rows; empty: nothing. Officers see no business rows at all, and a school
        those of its own pupils alone (collection/schools)."""
        return "" if self.role in OFFICERS or self.role == Role.SCHOOL else (self.region_id or "")

    @property
    def county_code(self) -> str:
        """The county whose campaigns this user works in; empty for officers."""
        return "" if self.role in OFFICERS else (self.region_id or "")[:6]

    @property
    def county(self) -> Region | None:
        """The county in which this account's region lies; comes with who is signed in (backends.py)."""
        region = self.region
        while region and (parent := region.parent):
            region = parent
        return region

    @property
    def county_word(self) -> str:
        """县, 区 or 市, as sentences of this user's county say it."""
        return county_word(self.region_id)

    def get_role_display(self) -> str:  # type: ignore[no-redef]  # Django leaves what a class defines itself
        """The role with the county's word: 区医保局 in a district."""
        return role_name(self.role, self.region_id)

    @property
    def is_officer(self) -> bool:
        return self.role in OFFICERS

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role in ADMIN_ROLES

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class AccountChangeQuerySet(ScopedQuerySet):
    def for_user(self, user: User) -> Self:
        """The system officer's requests and the security officer's decisions are of their county."""
        return self.in_region(user.region_id or "") if user.role in (Role.SYSTEM, Role.SECURITY) else self.none()


class AccountChange(models.Model):
    """账号变更: what the system officer asks for and the security officer confirms or refuses."""

    class Kind(models.TextChoices):
        CREATE = "create", "新建账号"
        CHANGE = "change", "变更账号"
        RESET = "reset", "重置密码"

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已被新的申请替代"

    user = models.ForeignKey(User, models.PROTECT, verbose_name="账号", related_name="changes")
    kind = models.CharField("类别", max_length=8, choices=Kind)
    before = models.JSONField("变更前", default=dict)
    values = models.JSONField("变更后", default=dict)
    #: The hash of the new first password; emptied once it is decided.
    password = models.CharField(max_length=128, blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="确认人", null=True, related_name="+")
    decided_at = models.DateTimeField("确认时间", null=True)
    reason = models.CharField("不同意的原因", max_length=200, blank=True)

    scope_field = "user__region_id"
    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账号变更"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=models.Q(state="waiting"), name="one_waiting_change_a_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("requested_by")), name="account_change_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.user.username}（{self.user.name}，{self.user.get_role_display()}）"
