"""The supplementary cover in the menu of counties whose notice lets it be organised."""

from collection.accident.selectors import is_offered
from core.pages.frame import Entry

ENTRIES = [Entry("补充保险", "accident_covers", 78, shown_to=is_offered)]
