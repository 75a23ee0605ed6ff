"""A county of our own invention: a policy file that is good, for tests to add and to spoil."""

ID = "411324-2026"
TEXT = """county_code = "411324"
county_name = "试验县"
year = 2026
title = "试验县2026年度城乡居民基本医疗保险集中征缴"

[documents."通知"]
title = "试验县2026年度征缴通知"
number = "试政办〔2025〕1号"

[fee]
individual = "380.00"
finance = "700.00"
source = "通知 一"

[period]
start = 2025-10-01
end = 2026-01-31
source = "通知 二"

[[stages]]
name = "前段"
start = 2025-10-01
end = 2025-11-30
goal = "0.80"
source = "通知 二（一）"

[[stages]]
name = "后段"
start = 2025-12-01
end = 2026-01-31
goal = "1.00"
source = "通知 二（二）"

[payment_days]
first = 3
last = 28
source = "通知 二"

[[categories]]
name = "普通居民"
department = "医保"
ordinary = true
nothing = true
key_group = false
source = "通知 三"

[[categories]]
name = "特困人员"
aliases = ["五保户"]
department = "民政"
full = true
fund = "医疗救助资金"
source = "通知 三（一）"

[[categories]]
name = "低保对象"
department = "民政"
percent = "33.3"
fund = "县财政"
source = "通知 三（二）"

[[categories]]
name = "重度残疾人"
department = "残联"
not_set = "县残联"
source = "通知 三（三）"

[late_recognition]
after_period = "nothing"
after_payment = "notify"
source = "通知 四"

[benefits]
source = "通知 五"

[benefits.waiting]
fixed_months = 1
months_per_gap_year = 2
months_less_per_repaid_year = 2
long_gap_years = 3
long_gap_minimum_months = 4
source = "通知 五（二）"

[newborn]
born_from = 2026-01-01
window_days = 60
within = "birth"
after = "payment"
source = "通知 六"

[targets]
overall = "0.97"
special = "1.00"
source = "通知 七"

[ranking]
metric = "collected"
weekly_from = 2025-10-10
weekly_day = 5
weekly_time = 09:00:00
source = "通知 八"

[refund_rules]
reviewers = ["税务", "医保"]
source = "通知 九"

[[refund_rules.reasons]]
code = "death"
name = "死亡"
evidence = ["死亡证明"]
before_benefits = true
source = "通知 九"

[notice]
working_days = 7
photos = true
source = "通知 十"

[declaration]
columns = [{ title = "姓名", field = "name" }, { title = "金额", field = "amount" }]
source = "通知 十一"
assumed = true
says = "表样未定"
"""
