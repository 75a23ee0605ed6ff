from django.urls import reverse

from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.menu import todos
from core.pages.frame import counted
from core.regions.models import Region
from tests.collection.ledgers.ledger_files import person, upload
from tests.collection.ledgers.test_ledgers import work

VILLAGE, OTHER, TOWNSHIP = "411325101200", "411325101201", "411325101"


def sent(rows, campaign, actor):
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=Region.objects.get(pk=VILLAGE), name="十月.xlsx", actor=actor, file=upload(rows)
    )
    work()
    return batch


def test_a_confirmed_ledger_with_rows_to_mend_is_a_todo_until_the_mended_sheet_is_in(
    campaign, make_user, silent_queue, django_assert_num_queries
):
    def asked(user):
        return [todo.text for todo in counted(todos(user, campaign))]

    helper = make_user("village", VILLAGE)
    batch = sent([person(0), person(1, amount=1)], campaign, helper)
    assert asked(helper) == ["1 份台账已核对，待您确认记账"]
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    work()
    with django_assert_num_queries(2):
        found = counted(todos(helper, campaign))
    url = reverse("ledger_detail", args=[batch.pk])
    assert [(todo.text, todo.url) for todo in found] == [("最近一份台账还有 1 行没记上账，改好后整张再传", url)]
    assert asked(make_user("township", TOWNSHIP)) == asked(make_user("village", OTHER)) == []
    mended = sent([person(0), person(1)], campaign, helper)
    assert asked(helper) == ["1 份台账已核对，待您确认记账"]
    ledger_confirm.confirm_ledger(batch=mended, actor=helper)
    work()
    assert asked(helper) == []
