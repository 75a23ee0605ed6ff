"""What the audit log's facts are called: an event's subject, and its before and after as lines that people read.

Names and choices come from the fields of the model that an event is about; what no field is called stands here.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core.access import masks
from core.audit.models import Event

#: The first part of an action, as the log is searched by.
SUBJECTS = (
    ("session", "登录与退出"),
    ("account", "账号"),
    ("resident", "居民"),
    ("disclosure", "号码试探"),
    ("move", "跨县迁移"),
    ("tally", "计数核对"),
    ("population", "人口数"),
    ("register", "居民批量更新"),
    ("status", "人员状态"),
    ("roster", "名单"),
    ("identity", "身份类别"),
    ("special", "特殊群体"),
    ("difference", "先缴后认定"),
    ("not_insured", "未参保原因（旧）"),
    ("visit", "动员记录"),
    ("cause", "未参保原因"),
    ("visitterms", "动员期限"),
    ("exclusion", "核减"),
    ("told_payment", "自述已缴"),
    ("spot_check", "回访抽查"),
    ("funds", "资助资金"),
    ("claims", "报销清单"),
    ("campaign", "征缴年度"),
    ("target", "征缴任务"),
    ("policy", "政策"),
    ("ledger", "台账"),
    ("door", "入户收款"),
    ("phone", "收款手机"),
    ("handover", "协办员交接"),
    ("contribution", "缴费记录"),
    ("receipt", "收据"),
    ("receipt_book", "收据本"),
    ("deposit", "缴存"),
    ("gift", "集体资助"),
    ("school", "学校"),
    ("accident", "补充保险"),
    ("classes", "班级名单"),
    ("villageaccount", "村级资金账户"),
    ("money", "资金"),
    ("declaration", "申报"),
    ("feedback", "导入反馈"),
    ("paid_list", "已缴清单"),
    ("self_payment", "自主缴费"),
    ("unit", "参保单位"),
    ("employment", "职工参保"),
    ("employee_declaration", "职工月度申报"),
    ("employee_paid", "职工医保已缴清单"),
    ("employee_payment", "职工医保缴费"),
    ("pension_roll", "养老名册"),
    ("refund", "退费"),
    ("repair", "断保修复"),
    ("consequence", "事实后续"),
    ("message", "短信"),
    ("advice", "待遇告知"),
    ("notice", "公示"),
    ("ranking", "排名"),
    ("bulletin", "通报"),
    ("report", "乡镇报告"),
    ("reward", "奖励"),
    ("supervision", "包联和督导"),
    ("attachment", "附件"),
    ("region", "区划"),
    ("holiday", "节假日"),
    ("export", "完整号码导出"),
    ("upload", "标注名单"),
    ("event", "审计日志"),
    ("demo", "演示时钟"),
)
#: Facts that are no field of the object.
_LABELS = {
    "at": "时间",
    "changed": "有变动",
    "clearing": "待报解专户（元）",
    "code": "区划代码",
    "codes": "区划",
    "collected": "已收（元）",
    "columns": "改动的栏目",
    "count": "数量",
    "declared": "申报（元）",
    "deposited": "缴存（元）",
    "differences": "三方核对差异",
    "document": "证件种类",
    "ended": "终止",
    "ends_on": "公示到",
    "fingerprint": "校验码",
    "first": "第一笔",
    "from": "退款来源",
    "holder": "领用单位",
    "id_number": "证件号码",
    "in_hand": "村级手中（元）",
    "insured_years": "参保年度",
    "kept": "保留",
    "last": "最后一笔",
    "look_again_on": "下次核查日期",
    "new": "新增",
    "note": "说明",
    "on": "日期",
    "people": "人数",
    "photos": "照片（张）",
    "policy": "政策文件校验码",
    "posted_on": "张榜日期",
    "purpose": "用途",
    "problems": "有问题",
    "reason": "原因",
    "refunded": "已退费（元）",
    "returned_from": "交回起号",
    "reversed": "冲销笔数",
    "revived": "恢复",
    "row": "名单行",
    "rows": "行数",
    "sha256": "文件校验码",
    "since": "起始日期",
    "skip": "没有变动",
    "slip_no": "回单号",
    "snapshot": "快照编号",
    "stays": "没有撤回的行",
    "stubs": "存根（元）",
    "task": "征缴任务",
    "township": "乡镇账户（元）",
    "treasury": "国库（元）",
    "unchanged": "没有变动",
    "update": "更新",
    "village": "村",
    "whole": "含完整号码",
    "withdrawn": "撤回",
}
#: Facts that are a field of their object under a shorter name.
_FIELDS = {("resident", "document"): "document_type"}
#: What the money's entries are called by the first part of their key.
_ENTRIES = {
    "collect": "收款",
    "self_pay": "自主缴费",
    "deposit": "缴存",
    "gift": "集体资助款",
    "remit": "汇缴",
    "post": "入库",
    "refund": "退费",
    "reverse": "冲销",
}
#: What the background does, by the kind of the job.
JOBS = {
    "claims.apply": "登记报销清单",
    "claims.read": "读取报销清单",
    "declaration.file": "生成报税文件",
    "export.write": "生成完整号码导出",
    "feedback.read": "读取导入反馈",
    "ledger.confirm": "台账记账",
    "names.learn": "更新姓名检索",
    "consequences.policy": "按新的政策版本重新核算",
    "consequences.confirm": "一起确认重新核算",
    "newborns.follow": "核对新生儿参保",
    "ledger.read": "读取台账",
    "slip.read": "识别缴存回单照片",
    "employee_declaration.read": "读取职工月度申报",
    "employee_month.read": "读取多单位申报表",
    "employee_month.book": "多单位申报记账",
    "employee_paid.read": "读取职工医保已缴清单",
    "pension_roll.read": "比对养老名册",
    "paid_list.read": "读取已缴清单",
    "classes.read": "读取班级名单",
    "accident.read": "读取补充保险名单",
    "register.read": "读取居民登记册",
    "register.write": "写入居民登记册",
    "reminder.write": "生成催缴短信",
    "roster.apply": "审核名单生效",
    "roster.read": "读取名单",
    "status.read": "核对人员状态名单",
    "roster.withdraw": "撤回名单",
    "special.enrol": "登记免缴参保",
    "status.apply": "登记人员状态",
}
#: What short messages are about.
NOTICES = {"account": "账号通知", "duty": "缴存提醒", "ranking_foot": "排名靠后提醒", "standing_still": "没有新增提醒"}
_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_REGION = re.compile(r"\d{6}(?:\d{3}){0,2}")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(r"([a-z_]+):(\d+)(?::\S*)?")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact: what it is called, what it was and what it is; None where the event says only one of the two."""

    key: str
    label: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None or self.before == self.after:
            return f"{self.label}：{self.after}"
        if self.after is None:
            return f"{self.label}：原为{self.before}"
        return f"{self.label}：{self.before} → {self.after}"


def subject_of(action: str) -> str:
    """deposit.verify → 缴存."""
    return dict(SUBJECTS).get(action.partition(".")[0], "其他")


def source_of(source: str) -> str:
    """任务 ledger.confirm → 后台：台账记账; addresses and commands as they are."""
    kind = source.removeprefix("任务 ")
    return f"后台：{JOBS.get(kind, kind)}" if kind != source else source


def lines_of(event: Event, places: dict[str, str]) -> list[FactLine]:
    """An event's before and after, fact by fact. `places`: region code → name."""
    return _lines(event.before, event.after, EventFormatter(event.object_type, places))


def masked(text: str) -> str:
    """The text with every whole identity number in it masked."""
    return _NUMBER.sub(lambda match: masks.mask(match.group()), text)


def _lines(before: Any, after: Any, speaker: "EventFormatter") -> list[FactLine]:
    if not isinstance(before or {}, dict) or not isinstance(after or {}, dict):
        return [FactLine("", "内容", *(None if side is None else speaker.value("", side) for side in (before, after)))]
    before, after = before or {}, after or {}
    lines = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) or isinstance(new, dict):
            lines += _lines(old, new, speaker)
        else:
            said = [speaker.value(key, side[key]) if key in side else None for side in (before, after)]
            if old != new and None not in (old, new) and said[0] == said[1]:
                said[1] = f"{said[1]}（隐去的部分有变动）"
            lines.append(FactLine(key, speaker.label(key), *said))
    return lines


@dataclass(frozen=True, slots=True)
class EventFormatter:
    """Names keys and values of events about objects of one kind."""

    object_type: str
    places: dict[str, str]

    def label(self, key: str) -> str:
        if _REGION.fullmatch(key):
            return self.places.get(key, key)
        field = _field(self.object_type, key)
        return str(field.verbose_name) if field else _LABELS.get(key, key)

    def value(self, key: str, value: Any) -> str:
        if isinstance(value, dict):
            return "，".join(f"{self.label(name)} {self.value(name, one)}" for name, one in value.items())
        if isinstance(value, list):
            return self._list(key, value)
        field = _field(self.object_type, _FIELDS.get((self.object_type, key), key))
        if isinstance(field, models.BooleanField) or isinstance(value, bool) or value in ("True", "False"):
            return "是" if value in (True, "True") else "否"
        if value in (None, "", "None"):
            return "空"
        text = str(value)
        if field and field.flatchoices:
            return str(dict(field.flatchoices).get(text, text))
        return self._text(key, text)

    def _list(self, key: str, values: list[Any]) -> str:
        """The first few, and how many there are."""
        if not values:
            return "无"
        said = [self.value(key, one) for one in values[:_NAMED]]
        between = "；" if isinstance(values[0], dict) else "、"
        return between.join(said) + (f" 等 {len(values)} 项" if len(values) > _NAMED else "")

    def _text(self, key: str, text: str) -> str:
        if key == "birth_date" and _DAY.fullmatch(text):
            return f"{text[:4]}年"
        if "phone" in key:
            return masks.mask_phone(text) if text.isdecimal() else text
        if key != "code" and _REGION.fullmatch(text):
            return self.places.get(text, text)
        if moment := _MOMENT.fullmatch(text):
            return " ".join(moment.groups())
        if _DIGEST.fullmatch(text):
            return text[:12]
        if (entry := _ENTRY.fullmatch(text)) and entry[1] in _ENTRIES:
            return f"{_ENTRIES[entry[1]]} {entry[2]} 号"
        return masked(text)


@cache
def _kinds() -> dict[str, type[models.Model]]:
    return {str(model._meta.model_name): model for model in apps.get_models()}


def _field(object_type: str, key: str) -> "models.Field[Any, Any] | None":
    """The field of that name, if the objects of this kind have one."""
    try:
        found = _kinds()[object_type]._meta.get_field(key)
    except (KeyError, FieldDoesNotExist):
        return None
    return found if isinstance(found, models.Field) else None
