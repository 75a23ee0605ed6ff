"""The models of every topic, where Django looks for them; code imports them from their topics."""

from residents.duplicates.models import MergeCase  # noqa: F401
from residents.people.models import (  # noqa: F401
    FormerNumber,
    Household,
    InsuredYear,
    ParentLink,
    RepaidYear,
    Resident,
    StatusEntry,
)
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow  # noqa: F401
from residents.transfers.models import MoveRequest  # noqa: F401
