"""What the manual says of employees' insurance."""

from core.access.roles import Role
from core.help.chapters import Chapter, Guide, roles
from employees.access import LOOKS_ON, runs_here

CHAPTERS = [Chapter("employees", "职工医保", 70, roles(*LOOKS_ON), ("employee",), shown_to=runs_here)]
GUIDES: dict[Role, Guide] = {}
