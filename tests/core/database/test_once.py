"""What a transaction has asked under its locks it asks once; everywhere else every question is asked."""

import pytest
from django.db import connection

from collection.money.services import lock_accounts
from core.database.once import asking_once, once, remembered
from residents.people.services import lock_residents

pytestmark = pytest.mark.django_db


def counting():
    asked = []
    return asked, lambda: asked.append(1) or len(asked)


def test_a_question_is_asked_once_a_transaction():
    asked, ask = counting()
    assert [once("a", ask), once("a", ask)] == [1, 2]  # outside: each time
    with asking_once():
        assert connection.in_atomic_block
        assert [once("a", ask), once("a", ask), once("b", ask)] == [3, 3, 4]
    with asking_once():
        assert once("a", ask) == 5
    assert remembered("a") is None


def test_what_failed_is_forgotten():
    asked, ask = counting()
    with pytest.raises(RuntimeError), asking_once():
        once("a", ask)
        raise RuntimeError
    with asking_once():
        assert once("a", ask) == 2


def test_people_and_accounts_are_locked_once(campaign, make_resident, django_assert_num_queries):
    first, second = make_resident("411325101200").pk, make_resident("411325101201").pk
    with asking_once():
        assert lock_residents([first]) == {first: "active"}
        accounts = lock_accounts(campaign=campaign, villages=["411325101200"])
        with django_assert_num_queries(1):
            assert lock_residents([first, second]) == {first: "active", second: "active"}
        with django_assert_num_queries(0):
            assert lock_residents([second]) == {second: "active"}
            assert lock_accounts(campaign=campaign, villages=["411325101200"]) == accounts
