"""Receipts in the menu."""

from core.pages.frame import Entry

ENTRIES = [Entry("专用收据", "receipt_books", 53)]
