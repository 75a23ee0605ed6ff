"""The models of every topic, where Django looks for them; code imports them from their topics."""

from residents.duplicates.models import MergeCase  # noqa: F401
from residents.people.models import Household, InsuredYear, Resident, StatusEntry  # noqa: F401
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow  # noqa: F401
