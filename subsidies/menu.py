from core.pages.frame import Entry

ENTRIES = [
    Entry("应缴核算", "quote", 22),
    Entry("名单", "roster_list", 30),
    Entry("政策口径", "policy", 90),
    Entry("征缴年度", "campaign_list", 94),
]
