"""Fill one untrusted Word template in a process of its own: `python -m reporting.bulletins.fill LIMITS`.

Run by `word.py`, never imported by it: a template can loop, ask for gigabytes or reach for the system, and only a
process with limits of its own dies of that alone. No Django.

Reads from stdin a line of JSON {"context", "needed", "known"} and then the template's bytes. `needed` None: only fill;
otherwise also check that the template uses these placeholders and none but `known`. Writes OK and the document's
bytes, or NO and a sentence in Chinese.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import jinja2
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

OK, NO = b"OK\n", b"NO\n"
START_AGAIN = "请下载标准模板重新修改。"
NOT_WORD = "通报模板不是有效的 Word 文件（.docx）。请用 Word 或 WPS 另存为 .docx 后再上传。"
#: All that a template may consist of: text, placeholders, repetition and condition. No call, no arithmetic, no macro.
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Const,
    nodes.Filter,
)
FILTERS = frozenset({"join"})


class TemplateProblem(ValueError):
    """The template cannot be used; the message says in Chinese what is wrong and what to do."""


class ClosedEnvironment(SandboxedEnvironment):
    """A sandbox without globals that refuses every node but the allowed ones, each time a template is parsed."""

    def __init__(self) -> None:
        super().__init__(undefined=jinja2.StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            _check_node(node)
        return tree


def _check_node(node: nodes.Node) -> None:
    allowed = isinstance(node, ALLOWED)
    if isinstance(node, nodes.Getattr):
        allowed = isinstance(node.node, nodes.Name) and not node.attr.startswith("_")
    elif isinstance(node, nodes.Filter):
        allowed = node.name in FILTERS
    elif isinstance(node, nodes.For):
        allowed = not node.recursive
    if not allowed:
        raise TemplateProblem("通报模板里有不允许的指令，请只使用标准模板中的标记。")


def fill(template: bytes, context: Mapping[str, Any], *, largest: int) -> bytes:
    """Return the filled document. Raise TemplateProblem."""
    document = _open(template, largest)
    try:
        document.render(dict(context), ClosedEnvironment(), autoescape=True)
        out = BytesIO()
        document.save(out)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateProblem(_misspelt(error)) from error
    except jinja2.exceptions.SecurityError as error:
        raise TemplateProblem("通报模板里有不允许的指令，请只使用标准模板中的标记。") from error
    except TemplateProblem:
        raise
    except (jinja2.TemplateError, LxmlError, OpcError, TypeError, AttributeError, ValueError, KeyError) as error:
        raise TemplateProblem(f"通报模板无法填写：{error}。{START_AGAIN}") from error
    if out.tell() > largest:
        raise TemplateProblem(f"填出来的文件过大。{START_AGAIN}")
    return out.getvalue()


def check(template: bytes, *, known: Mapping[str, str], needed: list[str], largest: int) -> None:
    """Raise TemplateProblem if a placeholder is unknown or a needed one is missing."""
    try:
        used = _open(template, largest).get_undeclared_template_variables(ClosedEnvironment())
    except jinja2.TemplateError as error:
        raise TemplateProblem(_misspelt(error)) from error
    unknown = sorted(used - known.keys())
    if unknown:
        names = "、".join(f"{name}（{meaning}）" for name, meaning in known.items())
        raise TemplateProblem(f"通报模板用了系统没有的标记：{'、'.join(unknown)}。可用的标记有：{names}。")
    missing = [f"{name}（{known[name]}）" for name in needed if name not in used]
    if missing:
        raise TemplateProblem(f"通报模板缺少必需的标记：{'、'.join(missing)}。缺了它们，Word 与网页内容会不一致。")


def _misspelt(error: Exception) -> str:
    return f"通报模板里的标记写错了：{error}。请检查 {{{{ }}}} 和 {{% %}} 是否成对，或{START_AGAIN.removeprefix('请')}"


def _open(template: bytes, largest: int) -> DocxTemplate:
    try:
        with zipfile.ZipFile(BytesIO(template)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > largest:
                raise TemplateProblem("通报模板展开后过大，请从标准模板重新制作。")
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
    except TemplateProblem:
        raise
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, LxmlError) as error:
        raise TemplateProblem(NOT_WORD) from error
    return document


def main(limits: Mapping[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    request = json.loads(sys.stdin.buffer.readline())
    template = sys.stdin.buffer.read()
    try:
        if request["needed"] is not None:
            check(template, known=request["known"], needed=request["needed"], largest=limits["unpacked"])
        answer = OK + fill(template, request["context"], largest=limits["unpacked"])
    except TemplateProblem as problem:
        answer = NO + str(problem).encode()
    except MemoryError:
        answer = NO + f"通报模板填写时占用内存过大。{START_AGAIN}".encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
