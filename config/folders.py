"""The folders under DATA_DIR. They are made when an application starts, not when somebody imports the settings."""

from pathlib import Path

from django.conf import settings


def make_folders() -> None:
    """Make every folder the product writes to; safe to repeat."""
    queue = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    folders: list[str | Path] = [settings.DATA_DIR, settings.STATIC_ROOT, settings.FILE_UPLOAD_TEMP_DIR]
    folders += [str(path) for name, path in queue.items() if "folder" in name]
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
