from django.conf import settings
from django.db import models

from core.access.scope import ScopedQuerySet
from core.files.models import Attachment
from core.regions.models import Region
from reporting.rankings.models import Ranking
from subsidies.campaigns.models import Campaign

USER = settings.AUTH_USER_MODEL


class Post(models.Model):
    """任职: who answers for what in a campaign, from a day until a day: the leading group (annex 1), townships' teams
    (annex 2), leaders for townships, officers for villages, guidance groups."""

    class Body(models.TextChoices):
        LEADING = "leading", "领导小组"
        COUNTY_LINK = "county_link", "领导包联"
        GUIDANCE = "guidance", "参保动员指导组"
        TOWNSHIP_LINK = "township_link", "乡镇干部包村"
        PUBLICITY = "publicity", "医保政策宣传专班"
        COLLECTION = "collection", "保费集中征缴专班"
        INSPECTION = "inspection", "征缴督导工作专班"
        COORDINATION = "coordination", "综合协调汇总服务专班"

    class Rank(models.TextChoices):
        HEAD = "head", "负责人"
        DEPUTY = "deputy", "副组长"
        REVIEWER = "reviewer", "审核人员"
        RECORDER = "recorder", "电子信息录入人员"
        MEMBER = "member", "成员"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="posts")
    body = models.CharField("组织", max_length=14, choices=Body)
    rank = models.CharField("分工", max_length=10, choices=Rank, default=Rank.HEAD)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="负责区划", related_name="+")
    group = models.PositiveSmallIntegerField("组别", null=True, blank=True)
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("单位和职务", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    reason = models.CharField("变动原因", max_length=100, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["body", "region", "group", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "body", "region", "name"],
                condition=models.Q(until__isnull=True),
                name="one_live_post_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="post_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.name}"


class Finding(models.Model):
    """督导发现: what an inspection found in a place, until when it is to be put right, and the place's answer."""

    class State(models.TextChoices):
        OPEN = "open", "待整改"
        ANSWERED = "answered", "待核查"
        CLOSED = "closed", "已销号"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="findings")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地点", related_name="+")
    found_on = models.DateField("督导日期")
    found_by = models.CharField("督导人员", max_length=60)
    text = models.CharField("发现的问题", max_length=500)
    deadline = models.DateField("整改期限")
    photos = models.ManyToManyField(Attachment, verbose_name="照片", blank=True, related_name="+")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField("整改情况", max_length=500, blank=True)
    answer_photos = models.ManyToManyField(Attachment, verbose_name="整改照片", blank=True, related_name="+")
    answered_by = models.ForeignKey(USER, models.PROTECT, verbose_name="整改答复人", null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    remark = models.CharField("核查意见", max_length=200, blank=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="核查人", null=True, related_name="+")
    closed_at = models.DateTimeField("销号时间", null=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督导发现"
        ordering = ["state", "deadline", "-id"]

    def __str__(self) -> str:
        return f"{self.region.name}督导发现 {self.pk}"


class Measure(models.Model):
    """约谈、督办: what the office does about a township that lags; written into the next bulletin."""

    class Kind(models.TextChoices):
        TALK = "talk", "约谈"
        ORDER = "order", "督办"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="measures")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    kind = models.CharField("方式", max_length=6, choices=Kind)
    on = models.DateField("日期")
    person = models.CharField("对象", max_length=60)
    text = models.CharField("事由和要求", max_length=300)
    deadline = models.DateField("期限", null=True, blank=True)
    announced = models.BooleanField("写入下一期通报", default=True)
    #: The bulletin in which it stands.
    ranking = models.ForeignKey(Ranking, models.PROTECT, verbose_name="通报", null=True, related_name="measures")
    withdrawn_reason = models.CharField("撤回原因", max_length=100, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "township_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "约谈督办"
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.township.name}"


class Activity(models.Model):
    """宣传活动: meetings, banners, visits, as the Friday report counts them, with pictures."""

    class Kind(models.TextChoices):
        MEETING = "meeting", "动员会议"
        BANNER = "banner", "横幅标语"
        LEAFLET = "leaflet", "宣传彩页"
        VISIT = "visit", "入户走访"
        MEDIA = "media", "广播、微信、抖音"

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="征缴年度", related_name="activities")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地点", related_name="+")
    kind = models.CharField("活动", max_length=8, choices=Kind)
    on = models.DateField("日期")
    number = models.PositiveIntegerField("次（条、份、户）数")
    note = models.CharField("内容", max_length=200, blank=True)
    photos = models.ManyToManyField(Attachment, verbose_name="照片", blank=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    scope_field = "region_id"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "宣传活动"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["campaign", "region", "on"], name="activity_place_day")]

    def __str__(self) -> str:
        return f"{self.region.name}{self.get_kind_display()}"
