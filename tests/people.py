from tests.factories import invented_number  # noqa: F401
