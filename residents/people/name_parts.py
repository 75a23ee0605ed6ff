"""By which parts names are found (NamePart), kept beside the register: set-based, and only for names not known yet.

Services that write a few names learn them in their own transaction; after a register of half a million a job does.
"""

from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction

from core.database.bulk import chunks, insert_values
from core.jobs import services as jobs
from residents.people.models import NamePart
from residents.people.pinyin import parts

#: Names a transaction: on SQLite a writer keeps all others waiting, so its turns are short.
NAMES_A_TURN = 2_000

_UNKNOWN = """
SELECT DISTINCT name FROM residents_resident
WHERE NOT EXISTS (
    SELECT 1 FROM residents_namepart known WHERE known.part = %(mark)s AND known.name = residents_resident.name
)
"""
#: The part that every known name has: none begins so, and no search.
_KNOWN = ""


def learn_names(names: Iterable[str]) -> None:
    """Make these names findable. Safe to repeat; two statements for every 2,000 names."""
    for chunk in chunks(sorted(set(names))):
        known = NamePart.objects.filter(part=_KNOWN, name__in=chunk).values_list("name", flat=True)
        new = set(chunk).difference(known)
        if not new:
            continue
        rows = [(part, name) for name in sorted(new) for part in (_KNOWN, *sorted(parts(name)))]
        try:
            with transaction.atomic():
                insert_values(NamePart, ["part", "name"], rows)
        except IntegrityError:  # somebody else is learning one of them at this moment
            objects = (NamePart(part=part, name=name) for part, name in rows)
            NamePart.objects.bulk_create(objects, batch_size=5_000, ignore_conflicts=True)


def learn_if_unknown() -> None:
    """Queue the job if there is a name that nobody can find yet: after an update, or where a job was lost."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_UNKNOWN} LIMIT 1", {"mark": _KNOWN})
        if cursor.fetchone():
            jobs.enqueue("names.learn", actor=None, key="names.learn")


@jobs.handler("names.learn")
def learn_register(run: jobs.Run) -> str:
    """Make every name on the register findable, some thousand a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"mark": _KNOWN})
        names = [name for (name,) in cursor.fetchall()]
    for start in range(0, len(names), NAMES_A_TURN):
        with transaction.atomic():
            run.assert_owner()
            learn_names(names[start : start + NAMES_A_TURN])
        run.progress(min(start + NAMES_A_TURN, len(names)), len(names), "正在整理姓名")
    return f"整理新姓名 {len(names)} 个"
