"""The models of every topic, where Django looks for them; code imports them from their topics."""

from employees.batches.models import FiledDeclaration, MonthFile  # noqa: F401
from employees.declarations.models import DeclaredLine, MonthlyDeclaration  # noqa: F401
from employees.goal.models import PensionRoll, RollDifference  # noqa: F401
from employees.members.models import Employment, Member  # noqa: F401
from employees.payments.models import EmployeePayment, PaidFile  # noqa: F401
from employees.units.models import Unit  # noqa: F401
