"""One word a thing: what the screen never says, and what it says instead.

Walks every template, every script and every string literal of the product (docstrings and migrations aside).
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("config", "core", "residents", "subsidies", "collection", "employees", "reporting", "demo")
#: (pattern, what to say instead)
FORBIDDEN = (
    ("采用的理解", "文件未明确事项的处理口径"),
    ("卡在哪", "滞留环节"),
    ("该谁办", "责任单位"),
    ("看看会怎样", "预览划转影响"),
    ("(?<!提)交名单", "报送名单"),
    ("应用名单", "审核名单生效"),
    ("交错的名单", "报送有误的名单"),
    ("阅后即毁", "修改密码后请销毁本条"),
    ("每一笔到期的现金", "应缴存记录"),
    ("只有今天到期", "今日到期（不含已逾期）"),
    ("已经走完", "已办结"),
    ("税务写的原因", "税务反馈原因"),
    ("(?<!保存)改正，等重新申报", "保存改正，待重新申报"),
    ("还没有轮到", "按先收先缴原则，本笔待缴存"),
    ("每天须 ", "今后日均须"),
    ("(?<![预料])落后</", "预计不能按期达标"),
    ("命令开启|用 [a-z_]+ 命令", "请县医保局在页面上办理；不写命令名"),
    ("[^给和与]你(?!好)", "您"),
    ("(?<!查)看名单", "查看名单"),
    ("已收费", "已缴"),
    ("点这里|点此|戳", "写明链接去处"),
    ("任务不见", "后台处理中断"),
    ("看是谁|看看谁", "查看名单"),
    ('>为什么|"为什么', "原因"),
    ("怎么核实|怎么处理的|怎么改", "核实方法、处理情况、改正办法"),
    ("弄清|弄错|弄丢", "核实、填错、丢失"),
    ("选择居民查看|增加节假日|以 状态", "居民列表；新增；按状态筛选"),
    ("老百姓|上头", "群众；上级"),
    ("对不上", "不一致；未匹配"),
    ("走完", "已办结"),
    ("在谁手|等别人", "责任单位；待其他单位办理"),
    ("怎么|怎样", "填写方法、处理情况、办法"),
    ('"[^"]*(?:是谁|从哪天起|在哪里|哪个村|哪些村|哪天缴)"', "栏目名写名词：人员、起始日期、所在环节"),
    ("多半|拿不准|交没交|这一批", "多为；情况不明；是否缴费；本批"),
    ("搞定|一键|哦[，。！]|啦[，。！]|吧[。！]", "公文用语"),
)
#: Where 已保 stands, the page says which of the two it means.
INSURED = re.compile("已保(?![存护留障])")


def literals(path: Path) -> list[str]:
    """The string constants of a module, without docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def templates() -> dict[str, str]:
    """Each template by its path, without comments."""
    return {
        str(path.relative_to(ROOT)): re.sub(
            r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.S
        )
        for path in sorted((ROOT / "templates").rglob("*.html"))
    }


def texts() -> dict[str, str]:
    """Everything the screen may say, by file."""
    found = templates()
    for path in sorted((ROOT / "static").glob("*.js")):
        found[str(path.relative_to(ROOT))] = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found[str(path.relative_to(ROOT))] = "\n".join(literals(path))
    return found


@pytest.fixture(scope="module")
def screen() -> dict[str, str]:
    return texts()


@pytest.mark.parametrize(("word", "instead"), FORBIDDEN, ids=[word for word, _ in FORBIDDEN])
def test_the_screen_says_one_word_for_one_thing(screen, word, instead):
    pattern = re.compile(word)
    wrong = [
        f"{path}: …{text[max(0, hit.start() - 12) : hit.end() + 12]!r} → {instead}"
        for path, text in screen.items()
        for hit in pattern.finditer(text)
    ]
    assert wrong == []


def test_a_page_that_says_insured_says_which_is_meant():
    silent = [
        path
        for path, text in templates().items()
        if INSURED.search(text) and not re.search("已保：|已保（", text) and "components" not in path
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "word"),
    [("名单正在应用名单", "应用名单"), ("交名单", "(?<!提)交名单"), ("请你核对", "[^给和与]你(?!好)")],
)
def test_what_is_forbidden_is_found(text, word):
    assert re.search(word, text)
