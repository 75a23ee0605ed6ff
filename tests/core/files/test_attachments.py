"""Files left behind by a lost process are swept away, what is named stays; who opens a paper is recorded."""

import os
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from core.audit.models import Event
from core.files import services as attachments
from core.files.models import Attachment

DAY = 86_400
pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "uploads"}},
    }
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def aged(path: Path, seconds: float) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def touched(path: Path) -> Path:
    path.touch()
    return path


def kept() -> Attachment:
    return attachments.store(file=ContentFile(b"x"), name="回单.jpg", kind="photo", region="411325", actor=None)


def orphan(seconds: float) -> Path:
    """A file whose row never came, as old as that."""
    lost = kept()
    Attachment.objects.filter(pk=lost.pk).delete()
    return aged(Path(lost.file.path), seconds)


def test_only_old_files_without_a_row_go(folders, caplog):
    named, old, young, long_ago = kept(), orphan(DAY + 60), orphan(DAY - 60), orphan(9 * DAY)
    aged(Path(named.file.path), 300 * DAY)
    foreign = aged(touched(old.with_name("readme.txt")), 300 * DAY)
    assert attachments.sweep() == 1
    assert not old.exists() and Path(named.file.path).exists()
    assert young.exists() and long_ago.exists() and foreign.exists()
    assert old.name in caplog.text and young.name not in caplog.text
    assert attachments.sweep() == 0


def test_half_received_uploads_go_too(folders, settings):
    old, young = (aged(touched(settings.FILE_UPLOAD_TEMP_DIR / f"{n}.upload.xlsx"), n) for n in (DAY + 60, DAY - 60))
    assert attachments.sweep() == 1
    assert not old.exists() and young.exists()


def test_nothing_to_sweep_before_the_first_upload(folders):
    assert attachments.sweep() == 0


def test_beat_asks_for_it():
    from config.celery import EVERY
    from core import tasks

    assert tasks.sweep_files.name in EVERY


#: Of what, whether it opens in the browser, whether opening it leaves an event, and who may not at all.
OPENED = {
    "a slip": ("photo", True, False, ()),
    "evidence": ("paper", True, True, ()),
    "an identity card": ("id_card", True, True, ("tax", "department")),
    "a ledger": ("ledger", False, True, ()),
}


@pytest.mark.parametrize("what", OPENED)
def test_who_opens_papers_with_whole_numbers_is_recorded(folders, client, campaign, make_user, what):
    kind, inline, recorded, closed_to = OPENED[what]
    department = make_user("department", "411325", department="民政局")
    uploader = department if "department" not in closed_to else None
    kept = attachments.store(file=ContentFile(b"x"), name="某.jpg", kind=kind, region="411325101200", actor=uploader)
    for user in (make_user("county", "411325"), make_user("tax", "411325"), department):
        client.force_login(user)
        before = Event.objects.filter(action="attachment.download", object_id=str(kept.pk)).count()
        answer = client.get(reverse("attachment", args=[kept.pk]))
        if user.role in closed_to:
            assert answer.status_code == 404
            continue
        assert (answer.status_code, answer["Content-Disposition"].startswith("inline")) == (200, inline)
        after = Event.objects.filter(action="attachment.download", object_id=str(kept.pk)).count()
        assert after - before == recorded
