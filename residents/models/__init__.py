from residents.models.accounts import ADMIN_ROLES, OFFICERS, Position, Role, User
from residents.models.events import Event
from residents.models.jobs import Job
from residents.models.office import Attachment, Holiday, OutboxMessage
from residents.models.people import Household, InsuredYear, Resident, StatusEntry
from residents.models.regions import Region
from residents.models.register import MergeCase, RegisterBatch, RegisterProblem, RegisterRow

__all__ = [
    "ADMIN_ROLES",
    "Attachment",
    "Event",
    "Holiday",
    "Household",
    "InsuredYear",
    "Job",
    "MergeCase",
    "OFFICERS",
    "OutboxMessage",
    "Position",
    "Region",
    "RegisterBatch",
    "RegisterProblem",
    "RegisterRow",
    "Resident",
    "Role",
    "StatusEntry",
    "User",
]
