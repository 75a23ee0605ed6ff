"""The village's households in the menu of a helper; others come to them from the village's page."""

from core.pages.frame import Entry

ENTRIES = [Entry("入户收款", "own_households", 16)]
