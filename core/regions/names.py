"""The names of villages and townships as people write them. Pure."""

_ENDINGS = (
    "村民委员会",
    "社区居民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "社区",
    "村",
    "镇",
    "乡",
    "街道办事处",
    "街道",
)


def short_region_name(name: str) -> str:
    """县衙社区居民委员会 → 县衙, 城关镇 → 城关: the shortest that people write for it."""
    return min(written_region_names(name), key=len)


def whole_region(county: str) -> str:
    """屯留区 → 全区, 邓州市 → 全市, everything else → 全县: what a bulletin calls the county as a whole."""
    return {"区": "全区", "市": "全市"}.get(county[-1:], "全县")


def written_region_names(name: str) -> set[str]:
    """县衙社区居民委员会 → itself, 县衙社区, 县衙: all that people write for it."""
    endings = (ending for ending in _ENDINGS if name.endswith(ending) and len(name) > len(ending) + 1)
    return {name, *(name[: -len(ending)] for ending in endings)}
