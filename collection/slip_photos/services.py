"""Reading the photograph of a slip: a proposal while it is being recorded, and beside what was typed afterwards."""

from django.db import transaction

from collection.slip_photos import engine
from collection.slip_photos.models import SlipReading
from collection.slip_photos.parsing import SlipFields, fields_of
from config import clock
from core.accounts.models import User
from core.files.models import Attachment
from core.files.photos import Photo
from core.jobs import services as jobs

NO_SLIP = "照片里没有读出回单号、日期和金额。拍的不是银行回单的请重拍；是回单的请直接填写。"


def propose(photo: Photo) -> SlipFields:
    """What a photograph says. Nothing is kept. Raise NotRead, also for a photograph that is no slip."""
    fields = fields_of(engine.read_lines(photo.jpeg))
    if fields.is_empty:
        raise engine.NotRead(NO_SLIP)
    return fields


def ask_for_reading(*, photo: Attachment, actor: User) -> None:
    """Have a recorded slip's photograph read by a worker, where the optional reader is installed."""
    if engine.is_available():
        jobs.enqueue(
            "slip.read", actor=actor, key=f"slip.read:{photo.pk}", region=photo.region_code, photo=str(photo.pk)
        )


@jobs.handler("slip.read")
def read_slip(run: jobs.Run) -> str:
    """Read a kept photograph and keep what it says; repeated, it reads again and ends the same."""
    photo = Attachment.objects.get(pk=run.args["photo"])
    with photo.file.open("rb") as file:
        jpeg = file.read()
    fields, problem = SlipFields(), ""
    try:
        fields = fields_of(engine.read_lines(jpeg))
        problem = NO_SLIP if fields.is_empty else ""
    except engine.NotRead as refusal:
        problem = str(refusal)
    with transaction.atomic():
        run.assert_owner()
        SlipReading.objects.update_or_create(
            photo=photo,
            defaults={
                "slip_no": fields.slip_no,
                "paid_on": fields.paid_on,
                "amount": fields.amount,
                "problem": problem[:100],
                "read_at": clock.now(),
            },
        )
    return problem or "已读出回单照片"
