from core.pages.frame import Entry

ENTRIES = [Entry("财政资金对账", "finance_statement", 57), Entry("资金凭证", "finance_entries", 58)]
