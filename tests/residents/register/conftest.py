import pytest
from django.core.files.base import ContentFile

import residents.tasks  # noqa: F401  (makes the handlers known)
from core.files import services as attachments
from core.regions.models import Region
from residents.register import services as register
from tests.factories import workbook
from tests.residents.register.sheets import TITLES


@pytest.fixture
def clerk(campaign, make_user, silent_queue):
    return make_user("county", "411325")


@pytest.fixture
def upload(clerk):
    def make(*lines, name="登记册.xlsx"):
        content = workbook([["内乡县居民登记册"], TITLES, *lines])
        kept = attachments.store(
            file=ContentFile(content, name=name), name=name, kind="register", region="411325", actor=clerk
        )
        return register.start_reading(attachment=kept, county=Region.objects.get(code="411325"), actor=clerk)

    return make
