"""Years paid back, in the menu."""

from core.pages.frame import Entry

ENTRIES = [Entry("断保修复", "repair_list", 65)]
