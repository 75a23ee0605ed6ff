"""The names of villages and townships as people write them: one reader for every list. Pure.

师家湾, 师家湾村, 师家湾村委会 and 师家湾村民委员会 are one village, with or without its township in front. A
township that does not hold the village, or does not exist, refuses the row: a person would end up in another village
unseen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.county_words import county_word
from core.tables.cells import cell_text, formula_error, half_width
from core.tables.reader import Cell

MISSING, UNKNOWN, UNCLEAR = "village_missing", "village_unknown", "village_unclear"
TOWNSHIP_UNKNOWN, TOWNSHIP_DIFFERS = "township_unknown", "township_differs"

#: A village's committee stands for the village, a community's for the community.
_VILLAGE_OFFICE = re.compile(r"(村民委员会|村委会|村民委|村委|行政村|自然村)$")
_COMMUNITY_OFFICE = re.compile(r"(社区)?(居民委员会|居委会|居委)$")
_TOWNSHIP_OFFICE = re.compile(r"人民政府$")
#: 高阳县锦华街道, 长治市屯留区康庄综合服务中心: registered with the county in front.
_COUNTY_IN_FRONT = re.compile(
    r"^(?:[^省市县区]{2,4}省)?(?:[^市县区]{2,4}市)?[^县区]{2,4}[县区]"
    r"(?=.{2,}(?:街道|镇|乡|综合服务中心|开发区)$)"
)
_STREET_OFFICE = re.compile(r"(街道)?(办事处|办)$")
_KINDS = ("街道", "社区", "村", "镇", "乡")
#: A place's name keeps two characters at least: 王村 is no 王.
_SHORTEST = 2
_CODE = re.compile(r"\d{12}")
#: What a csv makes of a code that was a number.
_POINT_ZERO = re.compile(r"(?<=^\d{12})\.0+$|(?<=^\d{9})\.0+$")


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """A region of one county with the township it stands in ("" for a township itself)."""

    code: str
    name: str
    township: str = ""


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """The code of the region that a cell names, or "" with a code for programs and the sentence for the screen."""

    code: str = ""
    problem: str = ""
    message: str = ""


def official_kind(name: str) -> str:
    """师家湾村民委员会 → 师家湾村, 县衙社区居民委员会 → 县衙社区: the place, not its office."""
    name = _TOWNSHIP_OFFICE.sub("", name)
    if _COMMUNITY_OFFICE.search(name):
        return _COMMUNITY_OFFICE.sub("社区", name)
    if _VILLAGE_OFFICE.search(name):
        return re.sub(r"村村$", "村", _VILLAGE_OFFICE.sub("村", name))
    return _STREET_OFFICE.sub("街道", name) if len(name) > len("办事处") else name


def called(name: str) -> str:
    """高阳县锦华街道 → 锦华街道, 师家湾村民委员会 → 师家湾村: a place as people of its county call it."""
    return _COUNTY_IN_FRONT.sub("", official_kind(name))


def short_region_name(name: str) -> str:
    """师家湾村民委员会 → 师家湾, 县衙社区居民委员会 → 县衙, 城关镇 → 城关: the shortest that people write for it."""
    place = official_kind(name)
    for kind in _KINDS:
        if place.endswith(kind) and len(place) >= len(kind) + _SHORTEST:
            return place.removesuffix(kind)
    return place


class RegionNames:
    """The townships and villages of one county by every name that people write for them.

    `county` is its name: 内乡县, 南阳市内乡县 or 河南省南阳市内乡县 in front of a name is passed over.
    """

    def __init__(self, places: Iterable[NamedRegion], county: str = "") -> None:
        self._above = re.compile(rf"^([^省]{{2,3}}省)?([^市]{{2,4}}市)?{re.escape(county)}" if county else r"(?!)")
        self._places = {place.code: place for place in places}
        #: 本县, 本区 or 本市, as sentences about these places say it.
        self.here = "本" + county_word(next(iter(self._places), ""))
        self._townships: dict[str, set[str]] = defaultdict(set)
        self._villages: dict[str, set[str]] = defaultdict(set)
        for place in self._places.values():
            by_name = self._villages if place.township else self._townships
            for name in (place.name, self._above.sub("", place.name)):
                if name:
                    by_name[official_kind(name)].add(place.code)
                    by_name[short_region_name(name)].add(place.code)
        self._prefixes = sorted(self._townships, key=len, reverse=True)
        self._answers: dict[tuple[Cell, Cell], PlaceAnswer] = {}

    def name_of(self, code: str) -> str:
        """The official name of a region of this county; "" for any other code."""
        return self._places[code].name if code in self._places else ""

    def township(self, cell: Cell) -> PlaceAnswer:
        """Read a cell that names a township, by name or by its 9-digit code."""
        text = self._text(cell)
        codes = {text} if text in self._places and not self._places[text].township else self._named(text)
        if len(codes) == 1:
            return PlaceAnswer(next(iter(codes)))
        if codes:
            return PlaceAnswer("", TOWNSHIP_UNKNOWN, f"乡镇“{text[:20]}”在{self.here}不止一个，请写全名。")
        return PlaceAnswer("", TOWNSHIP_UNKNOWN, f"{self.here}没有乡镇“{text[:20]}”，请照区划名称改正。")

    def village(self, village: Cell, township: Cell = None) -> PlaceAnswer:
        """Read a village by its name or 12-digit code; the township beside it, if there is one, must hold it."""
        key = (village, township)
        if key not in self._answers:
            if len(self._answers) > 100_000:  # a list names a county's villages; anything else is not worth keeping
                self._answers.clear()
            self._answers[key] = self._village(village, township)
        return self._answers[key]

    def _village(self, village: Cell, township: Cell) -> PlaceAnswer:
        if error := formula_error(village, title="行政村") or formula_error(township, title="乡镇"):
            return PlaceAnswer("", UNKNOWN, error)
        text, above = self._text(village), self._text(township)
        if not text:
            return PlaceAnswer("", MISSING, "没有填写行政村，请照区划名称补填。")
        within = ""
        if above:
            answer = self.township(township)
            if not answer.code:
                return answer
            within = answer.code
        codes = self._villages_named(text)
        here = {code for code in codes if code.startswith(within)}
        if len(here) == 1:
            return PlaceAnswer(next(iter(here)))
        if here:
            return PlaceAnswer("", UNCLEAR, f"行政村“{text[:20]}”在{self.here}不止一个，请同时写明乡镇。")
        if codes:
            elsewhere = "、".join(sorted({self.name_of(self._places[code].township) for code in codes})[:3])
            says = f"{self.name_of(within)}没有“{text[:20]}”，这个村在{elsewhere}，请核对乡镇和村名。"
            return PlaceAnswer("", TOWNSHIP_DIFFERS, says)
        where = self.name_of(within) or self.here
        return PlaceAnswer("", UNKNOWN, f"{where}没有行政村“{text[:20]}”，请照区划名称改正。")

    def _villages_named(self, text: str) -> set[str]:
        if _CODE.fullmatch(text):
            return {text} & self._places.keys()
        place = official_kind(text)
        if codes := self._villages.get(place):
            return codes
        for prefix in self._prefixes:  # 夏馆镇师家湾村
            codes = self._villages.get(place.removeprefix(prefix), set()) if place.startswith(prefix) else set()
            if inside := {code for code in codes if self._places[code].township in self._townships[prefix]}:
                return inside
        return set()

    def _named(self, text: str) -> set[str]:
        return self._townships.get(official_kind(text)) or set() if text else set()

    def _text(self, cell: Cell) -> str:
        """A name without spaces, and without the county in front of it."""
        text = _POINT_ZERO.sub("", half_width(cell_text(cell)).strip("'\""))
        place = official_kind(text)
        if place in self._villages or place in self._townships:
            return text
        return self._above.sub("", text) or text
