"""The two statements that write a chunk of the register; PostgreSQL and SQLite both take them as they stand."""

WRITE_HOUSEHOLDS = """
INSERT INTO residents_household (village_id, number, head_name)
SELECT village_code, household, MAX(head_name) FROM residents_registerrow
WHERE batch_id = %(batch)s AND id BETWEEN %(first)s AND %(last)s AND household <> ''
GROUP BY village_code, household
ON CONFLICT (village_id, number) DO UPDATE SET head_name = excluded.head_name
WHERE excluded.head_name <> '' AND excluded.head_name <> residents_household.head_name
"""

# An empty cell changes nothing; the status, the number and what follows from it are never changed by a list.
WRITE_RESIDENTS = """
INSERT INTO residents_resident
  (village_id, household_id, name, document_type, id_number, birth_date, sex, phone, address, status, registered_on,
   register_batch_id)
SELECT s.village_code, h.id, s.name, s.document_type, s.id_number, s.birth_date, s.sex, s.phone, s.address,
  'active', %(on)s, s.batch_id
FROM residents_registerrow s
LEFT JOIN residents_household h ON h.village_id = s.village_code AND h.number = s.household
WHERE s.batch_id = %(batch)s AND s.id BETWEEN %(first)s AND %(last)s
ORDER BY s.id
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
