"""Django for the benches, on the database that DATABASE_URL names."""

import os


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config.celery import app

    app.loader.import_default_modules()  # the handlers of jobs, as a worker knows them
