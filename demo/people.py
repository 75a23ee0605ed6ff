"""Invent people: the same seed gives the same people.

Their numbers pass the check but begin with 419999, a code that no county has, so that none can be a real person's.
"""

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from residents.people.id_numbers import checksum_digit

AREA = "419999"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_FIRST = "建国志晓春秋文玉金海永德明天小大桂秀红爱立中庆长新福振光广"
GIVEN_LAST = "华军英兰芳强伟平丽敏静杰磊勇艳涛超霞刚娟梅龙林峰云凤生成荣才"


@dataclass
class InventedPerson:
    household: int
    name: str
    born: datetime.date
    sex: str
    id_number: str
    phone: str
    insured_years: list[int] = field(default_factory=list)
    mark: tuple[str, str] | None = None


class InventedVillage:
    """The invented people of one village, by household.

    `marks`: (category, department, share of people). `year`: the campaign's; insured years end before it.
    """

    def __init__(
        self,
        code: str,
        order: int,
        size: int,
        seed: int,
        *,
        marks: Sequence[tuple[str, str, float]] = (),
        year: int = 2025,
    ) -> None:
        self.code = code
        self._marks = marks
        self._year = year
        self._random = random.Random(f"{seed}:{code}")
        self._order = order
        self.people = list(self._people(size))

    def _people(self, size: int) -> Iterator[InventedPerson]:
        chance, serial, household = self._random, 0, 0
        while serial < size:
            household += 1
            surname = chance.choice(SURNAMES)
            phone = f"1990{chance.randrange(10**7):07d}"  # 1990…: not assigned to anybody
            for _ in range(min(chance.choice((1, 2, 3, 3, 4, 4, 5)), size - serial)):
                yield self._person(household, surname, phone, serial)
                serial += 1

    def _person(self, household: int, surname: str, phone: str, serial: int) -> InventedPerson:
        chance = self._random
        sex = chance.choice("MF")
        # Every number is its own: the village and the person's place in it decide the day and the serial part.
        place = self._order * 4000 + serial
        born = datetime.date(1935, 1, 1) + datetime.timedelta(days=place * 7919 % 32_000)
        body = f"{AREA}{born:%Y%m%d}{place // 32_000 * 2 + (sex == 'M'):03d}"
        gap = chance.random()
        past = range(max(self._year - 5, born.year), self._year)
        years = [year for year in past if gap > 0.12 or chance.random() > 0.5]
        return InventedPerson(
            household=household,
            name=surname + chance.choice(GIVEN_FIRST) * (chance.random() > 0.25) + chance.choice(GIVEN_LAST),
            born=born,
            sex=sex,
            id_number=body + checksum_digit(body),
            phone=phone,
            insured_years=years,
            mark=self._mark(),
        )

    def _mark(self) -> tuple[str, str] | None:
        throw = self._random.random()
        for category, department, share in self._marks:
            throw -= share
            if throw < 0:
                return category, department
        return None
