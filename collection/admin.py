"""Every topic's lists, where the admin looks for them."""

from collection.cash import admin as cash_admin  # noqa: F401
from collection.contributions import admin as contributions_admin  # noqa: F401
from collection.declarations import admin as declarations_admin  # noqa: F401
from collection.ledgers import admin as ledgers_admin  # noqa: F401
from collection.money import admin as money_admin  # noqa: F401
from collection.notices import admin as notices_admin  # noqa: F401
from collection.receipts import admin as receipts_admin  # noqa: F401
from collection.refunds import admin as refunds_admin  # noqa: F401
from collection.schools import admin as schools_admin  # noqa: F401
from collection.self_payments import admin as self_payments_admin  # noqa: F401
from collection.visits import admin as visits_admin  # noqa: F401
