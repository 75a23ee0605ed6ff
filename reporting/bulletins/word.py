"""Fill a Word template with a bulletin; the bureau may replace the standard template with its own.

Placeholders are those of docxtpl (Jinja). Whoever uploads a template is not a programmer of this system, so filling is
done in a limited process (`fill.py`), when a template is tried and again at every download.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from reporting.bulletins.standard_template import standard_template
from reporting.rankings.bulletin import Bulletin, BulletinCell, BulletinColumn, BulletinTable, TownshipRemark

LARGEST = 2 * 1024 * 1024
#: Of the process that fills a template: bytes unpacked and filled, bytes of memory, seconds of processor time.
LIMITS = {"unpacked": 20 << 20, "memory": 1 << 30, "seconds": 10}
_ROOT = Path(__file__).parents[2]

#: What a template may use, and what each placeholder stands for.
MARKS = {
    "red_head": "红头",
    "number": "文号",
    "title": "标题",
    "addressed_to": "主送单位",
    "paragraphs": "正文各段",
    "headers": "表头",
    "rows": "表格各行",
    "praised": "表扬名单",
    "criticised": "批评名单",
    "remarks": "乡镇周报摘编",
    "issuer": "发布单位",
    "day": "日期",
    "as_of": "截止时间",
    "source": "数据来源",
}
#: Without these the Word file would say less than the page.
NEEDED = ("number", "title", "paragraphs", "headers", "rows", "praised", "criticised", "source")

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
#: What XML cannot hold: one of these, and everything behind it is lost.
_NOT_XML = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class TemplateBroken(ValueError):
    """The template cannot be used; the message says in Chinese what is wrong and what to do."""


def bulletin_document(bulletin: Bulletin, template: bytes | None = None) -> bytes:
    """Return the bytes of a .docx. `template` None: the standard one. Raise TemplateBroken."""
    return _run(standard_template() if template is None else template, bulletin, needed=None)


def check_template(template: bytes) -> None:
    """Fill the template with an example. Raise TemplateBroken if that fails or a needed placeholder is missing."""
    _run(template, EXAMPLE, needed=NEEDED)


def printable(value: Any) -> Any:
    """Return the value with every text fit for XML: control characters out, every kind of line end as one."""
    if isinstance(value, str):
        return _NOT_XML.sub("", _LINE_ENDS.sub("\n", value))
    if isinstance(value, Mapping):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def _run(template: bytes, bulletin: Bulletin, *, needed: tuple[str, ...] | None) -> bytes:
    if len(template) > LARGEST:
        raise TemplateBroken("通报模板超过 2 MB，请压缩其中的图片后再上传。")
    request = {"context": template_context(bulletin), "known": MARKS, "needed": needed}
    command = [sys.executable, "-E", "-s", "-m", "reporting.bulletins.fill", json.dumps(LIMITS)]
    try:
        done = subprocess.run(  # noqa: S603 our own interpreter and module
            command,
            cwd=_ROOT,
            env={"LANG": "C.UTF-8"},
            input=json.dumps(request).encode() + b"\n" + template,
            capture_output=True,
            timeout=LIMITS["seconds"] * 3,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TemplateBroken("通报模板填写时间过长，已停止。请下载标准模板重新修改。") from error
    verdict, _, content = done.stdout.partition(b"\n")
    if verdict == b"OK":
        return content
    if verdict == b"NO":
        raise TemplateBroken(content.decode())
    raise TemplateBroken("通报模板填写时间过长或占用内存过大，已停止。请下载标准模板重新修改。")


def template_context(bulletin: Bulletin) -> dict[str, Any]:
    context = {field.name: getattr(bulletin, field.name) for field in fields(bulletin) if field.name != "table"}
    context["praised"] = "、".join(bulletin.praised) or "无"
    context["criticised"] = "、".join(bulletin.criticised) or "无"
    context["remarks"] = [asdict(remark) for remark in bulletin.remarks]
    context["headers"] = bulletin.table.headers
    context["rows"] = bulletin.table.shown
    return {name: printable(value) for name, value in context.items()}


EXAMPLE = Bulletin(
    red_head="示例县城乡居民基本医疗保险征缴工作通报",
    number="示例〔2024〕1号",
    title="示例标题",
    addressed_to="各乡镇：",
    paragraphs=("示例正文。",),
    table=BulletinTable(
        columns=(BulletinColumn("名次", "people"), BulletinColumn("乡镇")),
        rows=((BulletinCell("people", 1), BulletinCell("text", "示例镇")),),
    ),
    praised=("示例镇",),
    criticised=("样本乡",),
    remarks=(TownshipRemark("示例镇", "做法", "问题", "建议"),),
    issuer="示例县医疗保障局",
    day="2024年10月25日",
    as_of="2024年10月25日12时",
    source="示例",
)
