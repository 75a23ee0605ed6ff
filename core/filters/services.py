"""Keep and drop somebody's own filters. They say nothing of anybody but their owner, so they leave no event."""

from django.db import transaction
from django.http import QueryDict

from core.access.search_tokens import holds_number, is_token
from core.accounts.models import User
from core.filters.models import SavedFilter
from core.refusals import Refused
from core.text import clean_text

#: More than these nobody finds again.
MOST = 20
#: As long as the columns of the table.
LONGEST_QUERY, LONGEST_PATH = 500, 200


@transaction.atomic
def save_filter(*, actor: User, path: str, query: str, name: str) -> SavedFilter:
    """Keep a list's filter under a name; the same name on the same page is overwritten. Raise Refused."""
    name, asked = clean_text(name, "名称", 20), QueryDict(query).copy()
    for passing in ("page", "year"):
        asked.pop(passing, None)
    if not name:
        raise Refused("请写一个名称，例如“城关镇待核验”。")
    if not asked:
        raise Refused("还没有选择筛选条件。请先筛选，再保存。")
    if holds_number(asked) or any(is_token(value) for _, values in asked.lists() for value in values):
        raise Refused("查找过个人号码的筛选不能保存。请去掉号码再保存。")
    kept = asked.urlencode()
    if len(kept) > LONGEST_QUERY or len(path) > LONGEST_PATH:
        raise Refused("筛选条件太长，不能保存。请少选几项再保存。")
    mine = SavedFilter.objects.filter(user=actor, path=path)
    if mine.exclude(name=name).count() >= MOST:
        raise Refused(f"每个页面最多保存 {MOST} 组筛选。请先删去不用的。")
    saved, _ = mine.update_or_create(user=actor, path=path, name=name, defaults={"query": kept})
    return saved


def drop_filter(*, actor: User, pk: int) -> None:
    """Forget one of one's own filters. Safe to repeat."""
    SavedFilter.objects.filter(user=actor, pk=pk).delete()
