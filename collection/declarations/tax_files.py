"""The tax bureau's spreadsheets come in one way: kept as they are, known again, and put in the queue to be read."""

from typing import Any, TypeVar

from django.core.files.base import File
from django.db import IntegrityError, transaction

from collection.declarations.models import TaxFile
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files import services as attachments
from core.jobs import services as jobs

_File = TypeVar("_File", bound=TaxFile)
State = TaxFile.State


@transaction.atomic
def take_file(
    model: type[_File], *, file: "File[bytes]", name: str, region: str, says: str, actor: User, **belongs: Any
) -> tuple[_File, bool]:
    """Returns (the file's row, True), or for a file that was handed in before its row and False.

    `belongs`: what the file is for; `says`: what the audit log says. A file whose reading was refused or lost is read
    again by handing it in again.
    """
    sha256, made = attachments.sha256_of(file), False
    found = model._default_manager.filter(**belongs, sha256=sha256).first()
    if found is None:
        found, made = _keep(model, file, name, region, actor, {**belongs, "sha256": sha256})
    again = model._default_manager.filter(pk=found.pk, state=State.REFUSED).update(state=State.READING, problem="")
    if made or again:
        audit.record(f"{model.KIND}.upload", actor=actor, obj=found, summary=says)
    found.refresh_from_db()
    if found.state == State.READING:
        ask_to_read(found, region=region, actor=actor)
    return found, bool(made or again)


def ask_to_read(found: TaxFile, *, region: str, actor: User) -> None:
    """Put the reading of the file in the queue; the job is the one under way on a second click."""
    jobs.enqueue(f"{found.KIND}.read", actor=actor, key=job_key(found), region=region, file=found.pk)


def refuse_file(found: TaxFile, problem: str) -> None:
    """Marks a file that gives no reading, with the reason for the person who sent it."""
    unread = type(found)._default_manager.filter(pk=found.pk, state=State.READING)
    unread.update(state=State.REFUSED, problem=problem[:300])


def job_key(found: TaxFile) -> str:
    """The key of the job that reads this file."""
    return f"{found.KIND}:{found.pk}"


def _keep(
    model: type[_File], file: "File[bytes]", name: str, region: str, actor: User, facts: dict[str, Any]
) -> tuple[_File, bool]:
    kept = attachments.store(file=file, name=name, kind=model.KIND, region=region, actor=actor)
    try:
        with transaction.atomic():
            return model._default_manager.create(
                **facts, attachment=kept, uploaded_by=actor, uploaded_at=clock.now()
            ), True
    except IntegrityError:  # the same file came in at the same moment
        return model._default_manager.get(**facts), False
