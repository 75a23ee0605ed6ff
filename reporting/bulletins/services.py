"""The county's own Word template for bulletins: tried before it is kept, and never silently replaced by another."""

from django.core.files.base import ContentFile
from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.files.services import store
from reporting.bulletins.models import BulletinTemplate
from reporting.bulletins.standard_template import standard_template
from reporting.bulletins.word import TemplateBroken, check_template
from subsidies.campaigns.models import Campaign


def template_in_use(campaign: Campaign) -> BulletinTemplate | None:
    """The template uploaded last; None (or one without a file) means the standard template."""
    return BulletinTemplate.objects.filter(campaign=campaign).select_related("attachment", "set_by").first()


def template_bytes(campaign: Campaign) -> bytes:
    """The template to fill. Raises TemplateBroken if the county's own cannot be read from the disk any more."""
    chosen = template_in_use(campaign)
    if chosen is None or chosen.attachment is None:
        return standard_template()
    try:
        with chosen.attachment.file.open("rb") as file:
            return bytes(file.read())
    except OSError as error:
        raise TemplateBroken("通报模板文件读不到了，请重新上传模板，或改用标准模板。") from error


def set_template(*, campaign: Campaign, name: str, data: bytes, actor: User) -> BulletinTemplate:
    """Tries the template with an example and keeps it. Raises TemplateBroken with the reason; then nothing changes."""
    check_template(data)
    with transaction.atomic():
        file = ContentFile(data, name=name)
        attachment = store(file=file, name=name, kind="template", region=campaign.county_id, actor=actor)
        return _choose(campaign, attachment, f"更换通报模板：{name}", actor)


@transaction.atomic
def use_standard_template(*, campaign: Campaign, actor: User) -> BulletinTemplate:
    return _choose(campaign, None, "改用标准通报模板", actor)


def _choose(campaign: Campaign, attachment: Attachment | None, summary: str, actor: User) -> BulletinTemplate:
    chosen = BulletinTemplate.objects.create(campaign=campaign, attachment=attachment, set_by=actor, set_at=clock.now())
    audit.record("bulletin.template", actor=actor, obj=chosen, summary=summary)
    return chosen
