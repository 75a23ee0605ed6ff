"""One row of every model in a given village, so that a test can ask who gets to see or change it.

Rows are made from the models themselves: relations lead to other planted rows, texts carry a marker that no other row
has. A model whose constraints need more than that gets its values in SPECIAL.
"""

import datetime
import uuid
from decimal import Decimal

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models

from core.accounts.models import User
from core.regions.models import Region
from reporting.rankings import services as publishing
from reporting.rankings import snapshots
from reporting.rankings.models import Snapshot
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.policy.models import PolicyVersion
from tests.factories import invented_number

APPS = ("residents", "subsidies", "collection", "employees", "reporting")
#: Values that a model's constraints ask for; a function gets the planter.
SPECIAL = {
    "collection.Contribution": {"standard": Decimal(400), "subsidy": Decimal(0), "amount": Decimal(400)},
    "collection.VillageAccount": dict.fromkeys(
        ("collected", "in_hand", "township", "clearing", "treasury", "refunded"), Decimal(0)
    ),
    "collection.Declaration": {"state": "submitted"},
    "collection.Movement": {
        "from_place": "outside",
        "to_place": "village",
        **dict.fromkeys(("reverses", "contribution", "deposit", "declaration", "refund")),
    },
    "collection.DeclarationRow": {"result": "failure"},
    "collection.Handover": {"taker": lambda planter: planter.second_user()},
    "residents.ParentLink": {"parent": lambda planter: planter.second_resident()},
    "employees.Unit": {"ended_on": None},
    "employees.Employment": {"left": None},
    "employees.MonthlyDeclaration": {"month": datetime.date(2024, 10, 1), "state": "checked"},
    "employees.EmployeePayment": {"member": None, "reverses": None},
    "collection.FundEntry": {"kind": "received", "reverses": None},
    "reporting.Post": {"until": None, "body": "township_link"},
    "employees.MonthFile": {"month": datetime.date(2024, 10, 1), "state": "checked"},
    "core.OutboxMessage": {"kind": "unpaid", "state": "failed"},
    "residents.MergeCase": {"drop": lambda planter: planter.second_resident()},
    "subsidies.PolicyProposal": {"text": lambda planter: planter.row(Campaign).policy_version.text},
    "collection.RepairPayment": {"years": [2023], "withdrawn_at": None, "withdrawn_by": None},
    "residents.MoveRequest": {"from_county": None},
    "subsidies.NewCounty": {"decided_by": None, "officers": {}, "code": lambda planter: f"99999{planter.serial}"},
    "subsidies.PlannedTask": {"village_code": lambda planter: planter.village},
    "subsidies.DepartmentDuty": {"ends_on": None, "department": "民政局", "ending": None},
    "core.User": {"role": "village", "is_active": True},
    "residents.Resident": {"merged_into": None, "status": "active"},
}
#: Rows that only their own service makes.
MAKERS = {
    "collection.DayTally": lambda planter: planter.tally("DayTally"),
    "collection.InstantTally": lambda planter: planter.tally("InstantTally"),
    "reporting.Snapshot": lambda planter: snapshots.build_snapshot(
        campaign=planter.row(Campaign), kind="weekly", as_of=INSTANT
    ),
    "reporting.SnapshotRow": lambda planter: planter.row(Snapshot).rows.get(region=planter.village),
    "reporting.Ranking": lambda planter: publishing.publish_ranking(
        snapshot=planter.row(Snapshot), number=f"第{planter.serial}期", actor=planter.user
    ),
}
#: Relations to a region by the name of the field.
_LEVELS = {"county": 6, "township": 9}
DAY = datetime.date(2024, 10, 20)
INSTANT = datetime.datetime(2024, 10, 20, 9, tzinfo=datetime.UTC)


def scoped_models() -> list:
    """Every model that belongs to a region."""
    return [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if getattr(model, "scope_field", None) and model is not Region
    ]


def is_of_a_county(model) -> bool:
    """Whether rows of the model belong to a county as a whole."""
    return getattr(model, "scope_field", "").split("__")[-1] == "county_id"


class Planter:
    """Plants one row of each model in a village; `marker` stands in all its texts."""

    def __init__(self, village: str, marker: str, serial: int):
        self.village, self.marker, self.serial = village, marker, serial
        self.number = invented_number(datetime.date(1961, 3, 4), "F", serial)
        self.rows: dict[type, models.Model] = {}
        self._making: set[type] = set()

    def plant(self) -> "Planter":
        for model in scoped_models():
            self.row(model)
        return self

    def row(self, model):
        """The planted row of a model, made when first asked for."""
        if model is Region:
            return Region.objects.get(code=self.village)
        if model is PolicyVersion:
            own = self.rows.get(Campaign) or Campaign.objects.in_region(self.village[:6]).first()
            return own.policy_version if own else PolicyVersion.objects.first()
        if (
            model not in self.rows
            and is_of_a_county(model)
            and (found := model.objects.in_region(self.village[:6]).first())
        ):
            self.rows[model] = found
        if model not in self.rows and model._meta.label in MAKERS:
            self.rows[model] = MAKERS[model._meta.label](self)
        if model not in self.rows:
            self._making.add(model)
            special = SPECIAL.get(model._meta.label, {})
            values = {
                field.name: self._given(special[field.name]) if field.name in special else self._value(field)
                for field in model._meta.concrete_fields
                if not field.auto_created and not isinstance(field, models.AutoField)
            }
            if isinstance(model._meta.pk, models.AutoField):
                # Unlike the key of any other model's row: a page that is asked with the wrong one finds nothing.
                values[model._meta.pk.name] = 10_000 * (1 + apps.get_models().index(model)) + 100 * self.serial
            row = model(**values)
            row.save(force_insert=True)
            self._making.discard(model)
            self.rows[model] = row
        return self.rows[model]

    def tally(self, name: str):
        """The tally that a planted contribution has made."""
        self.row(apps.get_model("collection", "Contribution"))
        return apps.get_model("collection", name).objects.filter(village=self.village).first()

    def _given(self, value):
        return value(self) if callable(value) else value

    def second_user(self) -> User:
        """Another helper of the village, the same one whenever asked for."""
        facts = {"role": "village", "region_id": self.village, "name": self.marker}
        return User.objects.get_or_create(username=f"second{self.serial}", defaults=facts)[0]

    def second_resident(self) -> Resident:
        """Another person of the village, the same one whenever asked for."""
        number = invented_number(DAY, "M", self.serial)
        facts = {"village_id": self.village, "name": self.marker, "sex": "M", "birth_date": DAY, "registered_on": DAY}
        return Resident.objects.get_or_create(id_number=number, defaults=facts)[0]

    def _value(self, field):  # noqa: C901 - a table: one line a kind of field
        if isinstance(field, models.ForeignKey):
            return self._relation(field)
        if isinstance(field, models.FileField):
            return ContentFile(f"{self.marker} {self.number}".encode(), name=f"{uuid.uuid4()}.csv")
        if field.name in ("region_code", "region_id", "code"):
            return self.village[: field.max_length]
        if field.name == "id_number":
            return self.number
        if field.name == "year":
            return getattr(self.rows.get(Campaign), "year", 2025)
        if field.has_default():
            return field.get_default()
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.CharField | models.TextField):
            named = field.unique or field.name in ("key", "sha256", "number") or field.name.endswith("no")
            return (f"{self.serial}{self.marker}" if named else self.marker)[: field.max_length]
        if field.null:
            return None
        if isinstance(field, models.IntegerField):
            return self.serial
        if type(field) is models.DateTimeField:
            return INSTANT + datetime.timedelta(hours=self.serial)
        return _PLAIN[type(field)]()

    def _relation(self, field):
        related = field.related_model
        if related is Region:
            return Region.objects.get(code=self.village[: _LEVELS.get(field.name, 12)])
        if related is User:
            return None if field.null else self.row(User)
        if field.null and (related in self._making or isinstance(field, models.OneToOneField)):
            return None
        return self.row(related)

    @property
    def user(self) -> User:
        return self.row(User)

    @property
    def resident(self) -> Resident:
        return self.row(Resident)


_PLAIN = {
    models.DateField: lambda: DAY,
    models.DecimalField: lambda: Decimal(1),
    models.BooleanField: lambda: False,
    models.JSONField: list,
    models.UUIDField: uuid.uuid4,
}
