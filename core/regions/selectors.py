"""Look regions up by code, for commands."""

from core.regions.models import Region
from core.tables.dry_run import QuestionError


def asked_region(code: str, level: str) -> Region:
    """Return the region that an operator names by its code. Raise QuestionError if there is none at that level."""
    label, digits = Region.Level(level).label, {"county": 6, "township": 9, "village": 12}[level]
    if not code:
        raise QuestionError(f"请给出{digits}位{label}代码：--{level} CODE。")
    region = Region.objects.filter(code=code, level=level).first()
    if region is None:
        raise QuestionError(f"没有代码为 {code} 的{label}；请核对 {digits} 位{label}代码，或先运行 open_campaign。")
    return region
