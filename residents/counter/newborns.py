"""Register a child together with the mother and father whom the birth certificate names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core.access import masks
from core.accounts.models import User
from core.refusals import Refused
from residents.counter.corrections import set_parent
from residents.counter.services import register_resident
from residents.people.models import ParentLink, Resident


@dataclass(frozen=True, slots=True)
class NamedParent:
    """A parent as the certificate names them; `relation` is mother or father."""

    relation: str
    name: str
    id_number: str


@transaction.atomic
def register_with_parents(*, parents: Sequence[NamedParent], actor: User | None, **values: Any) -> Resident:
    """Register somebody as `register_resident` does, with their parents; all of it or nothing."""
    resident = register_resident(actor=actor, **values)
    for parent in parents:
        source = f"{resident.get_document_type_display()} {masks.mask(resident.id_number)}"
        try:
            set_parent(
                child=resident,
                relation=parent.relation,
                name=parent.name,
                id_number=parent.id_number,
                source=source,
                actor=actor,
            )
        except Refused as refusal:
            label = ParentLink.Relation(parent.relation).label
            field = f"{parent.relation}_{'name' if refusal.field == 'name' else 'number'}"
            raise Refused(f"{label}：{refusal}", field) from refusal
    return resident
