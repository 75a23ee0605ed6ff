"""The statements that match and write the rows of a register; PostgreSQL and SQLite both take them as they stand."""

from django.db import connection

#: The years of a row, one a line: they are kept with commas between them.
_YEARS = {
    "postgresql": "LATERAL json_array_elements_text(CAST('[' || s.years || ']' AS json)) AS y(value)",
    "sqlite": "json_each('[' || s.years || ']') AS y",
}

# Who has had another number, or a record merged into theirs, may stand in the file twice: their rows are looked at.
LEAVE_OUT_UNCHANGED = """
DELETE FROM residents_registerrow WHERE id IN (
  SELECT s.id FROM residents_registerrow s
  JOIN residents_resident r ON r.document_type = s.document_type AND r.id_number = s.id_number
  LEFT JOIN residents_household h ON h.id = r.household_id
  WHERE s.batch_id = %(batch)s AND s.years = '' AND r.merged_into_id IS NULL
    AND r.name = s.name AND r.village_id = s.village_code
    AND s.phone IN ('', r.phone) AND s.address IN ('', r.address) AND s.household IN ('', h.number)
    AND NOT EXISTS (SELECT 1 FROM residents_formernumber f WHERE f.resident_id = r.id AND f.withdrawn_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM residents_resident m WHERE m.merged_into_id = r.id))
"""

KNOWN = """
SELECT s.id FROM residents_registerrow s
WHERE s.batch_id = %(batch)s AND (
  EXISTS (SELECT 1 FROM residents_resident r WHERE r.id_number = s.id_number)
  OR EXISTS (SELECT 1 FROM residents_formernumber f WHERE f.id_number = s.id_number AND f.withdrawn_at IS NULL))
ORDER BY s.id
"""

# Of one village and household with one birthday, or registered in that village with one name and birthday.
ALIKE = """
SELECT s.id FROM residents_registerrow s
JOIN (
  SELECT village_code, household, birth_date FROM residents_registerrow
  WHERE batch_id = %(batch)s AND is_new AND household <> ''
  GROUP BY village_code, household, birth_date HAVING COUNT(*) > 1
) d ON d.village_code = s.village_code AND d.household = s.household AND d.birth_date = s.birth_date
WHERE s.batch_id = %(batch)s AND s.is_new
UNION
SELECT s.id FROM residents_registerrow s
JOIN residents_resident r ON r.name = s.name AND r.village_id = s.village_code AND r.birth_date = s.birth_date
WHERE s.batch_id = %(batch)s AND s.is_new AND s.household <> ''
  AND r.status <> %(merged)s AND r.id_number <> s.id_number
ORDER BY id
"""

INSERT_HOUSEHOLDS = """
INSERT INTO residents_household (village_id, number, head_name)
SELECT village_code, household, MAX(head_name) FROM residents_registerrow
WHERE batch_id = %(batch)s AND id BETWEEN %(first)s AND %(last)s AND household <> ''
GROUP BY village_code, household
"""

OR_RENAME = """
ON CONFLICT (village_id, number) DO UPDATE SET head_name = excluded.head_name
WHERE excluded.head_name <> '' AND excluded.head_name <> residents_household.head_name
"""

INSERT_RESIDENTS = """
INSERT INTO residents_resident
  (village_id, household_id, name, document_type, id_number, birth_date, sex, phone, address, status, registered_on,
   register_batch_id)
SELECT s.village_code, h.id, s.name, s.document_type, s.id_number, s.birth_date, s.sex, s.phone, s.address,
  'active', %(on)s, s.batch_id
FROM residents_registerrow s
LEFT JOIN residents_household h ON h.village_id = s.village_code AND h.number = s.household
WHERE s.batch_id = %(batch)s AND s.id BETWEEN %(first)s AND %(last)s
ORDER BY s.id
"""

# An empty cell changes nothing; the status, the number and what follows from it are never changed by a list.
OR_UPDATE = """
ON CONFLICT (document_type, id_number) DO UPDATE SET
  name = excluded.name,
  village_id = excluded.village_id,
  household_id = CASE
    WHEN excluded.household_id IS NOT NULL THEN excluded.household_id
    WHEN excluded.village_id <> residents_resident.village_id THEN NULL
    ELSE residents_resident.household_id END,
  phone = CASE WHEN excluded.phone <> '' THEN excluded.phone ELSE residents_resident.phone END,
  address = CASE WHEN excluded.address <> '' THEN excluded.address ELSE residents_resident.address END
"""

# Of people who are new, one of whom the counter may have registered meanwhile with the same years; of those known
# before, the years that are new go into the event of the change.
INSERT_YEARS = f"""
INSERT INTO residents_insuredyear (resident_id, year, source)
SELECT r.id, CAST(y.value AS smallint), '居民登记册' FROM residents_registerrow s
JOIN residents_resident r ON r.document_type = s.document_type AND r.id_number = s.id_number
CROSS JOIN {_YEARS[connection.vendor]}
WHERE s.batch_id = %(batch)s AND s.id BETWEEN %(first)s AND %(last)s AND s.is_new AND s.years <> ''
ON CONFLICT DO NOTHING
"""  # noqa: S608 the engine's own function
