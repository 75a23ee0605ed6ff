"""Django for the benches: on BENCH_DATABASE_URL where it is set, else on the demo's database in DATA_DIR."""

import os


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if url := os.environ.get("BENCH_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
    import django

    django.setup()
