"""Migrate an empty database in a fraction of the time: for the demo and the tests, which begin with nothing.

Before each operation Django draws anew not only the model that changes but every model that any chain of relations
leads to; as nearly all of ours refer to a region and an account, these are all: 23,000 for the migrations of one
database. Only the model itself, its subclasses and those that refer to it need to be. What runs Python is given all
models drawn afresh, as Django does it after changes that it calls delayed. The schema is the same but for the order of
columns on SQLite: tests/upgrade compares it with that of a database migrated in Django's own way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations.state import ProjectState

Key = tuple[str, str]
#: Django's own method that says which models to draw before an operation.
DRAWS = "_find_reload_model"


def _models_to_draw(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
    state.is_delayed = True
    key = app_label, model_name
    referring = set(state.relations.get(key, ()))
    subclasses = {other for other, model in state.models.items() if f"{app_label}.{model_name}" in model.bases}
    return {key, *referring, *subclasses}


@contextmanager
def quick_migrations() -> Iterator[None]:
    """Within the block, `migrate` draws only what an operation changes."""
    everything = getattr(ProjectState, DRAWS)
    setattr(ProjectState, DRAWS, _models_to_draw)
    try:
        yield
    finally:
        setattr(ProjectState, DRAWS, everything)
