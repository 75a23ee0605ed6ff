"""Money in the menu."""

from core.pages.frame import Entry

ENTRIES = [Entry("资金去向", "money_places", 52)]
