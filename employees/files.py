"""A file that comes in for 职工医保 is taken once: a list of the tax bureau, a roll, a month's table."""

from typing import Any, TypeVar

from django.core.files.base import File
from django.db.models import Model

from config import clock
from core.accounts.models import User
from core.files import services as files
from core.regions.models import Region

M = TypeVar("M", bound=Model)


def take_in(
    model: type[M], *, county: Region, sha256: str, file: "File[bytes]", name: str, kind: str, actor: User, **facts: Any
) -> tuple[M, bool]:
    """Return the row of this file and whether it has to be read; one that was refused is read once more.

    Call with the county locked: a second upload of the same file must find the first. `facts` tell files apart that
    are the same to the byte, such as the month they are sent for.
    """
    found: Any = model._default_manager.filter(county=county, sha256=sha256, **facts).first()
    if found is None:
        kept = files.store(file=file, name=name, kind=kind, region=county.pk, actor=actor)
        given = {"attachment": kept, "sha256": sha256, "uploaded_by": actor, "uploaded_at": clock.now()}
        return model._default_manager.create(county=county, **given, **facts), True
    if found.state != "refused":
        return found, False
    found.state, found.problem = "reading", ""
    found.save(update_fields=["state", "problem"])
    return found, True
