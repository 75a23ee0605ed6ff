"""What reading, writing and the pages of the register ask the database."""

#: What a row of a register can change of somebody known.
COMPARED = ("name", "village_id", "phone", "address", "household__number")
