"""The models of every topic, where Django looks for them; code imports them from their topics."""

from core.accounts.models import AccountChange, Position, User  # noqa: F401
from core.audit.models import Event  # noqa: F401
from core.calendar.models import Holiday  # noqa: F401
from core.exports.models import BulkExport  # noqa: F401
from core.files.models import Attachment  # noqa: F401
from core.filters.models import SavedFilter  # noqa: F401
from core.jobs.models import Job  # noqa: F401
from core.messages.models import MessagePrice, MessageTemplate, OptOut, OutboxMessage  # noqa: F401
from core.regions.models import FormerRegionName, Region  # noqa: F401
