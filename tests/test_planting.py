"""The planter itself: one row of every model, each seen from its own region and from no other."""

from tests.planting import Planter, scoped_models


def test_a_row_of_every_model_belongs_to_its_village_alone(campaign):
    planted = Planter("411325100001", "记号", 1).plant()
    for model in scoped_models():
        assert model.objects.in_region("411325").filter(pk=planted.row(model).pk).exists(), model
        assert not model.objects.in_region("411323").exists(), model
