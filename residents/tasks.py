"""Register the handlers of this app's jobs with the workers. And what beat asks for."""

from celery import shared_task

from residents.people import name_parts
from residents.register import exports, reading, writing  # noqa: F401
from residents.statuses import lists  # noqa: F401


@shared_task
def learn_names() -> None:
    name_parts.learn_if_unknown()
