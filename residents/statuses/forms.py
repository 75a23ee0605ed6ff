"""Forms about a person's status."""

from residents.people.models import Resident

#: What may be registered of somebody; merging has its own way.
STATUSES = [choice for choice in Resident.Status.choices if choice[0] != Resident.Status.MERGED]
