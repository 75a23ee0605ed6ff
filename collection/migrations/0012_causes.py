"""Give every county a list of causes, and let the rows of before name an entry of it."""

from django.db import migrations

#: (code, name, what must be written beside it, status it ends in), as the list stood when this was written.
SEEDS = (
    ("away", "外出务工，待联系", "", ""),
    ("online", "本人将线上自行缴费", "", ""),
    ("later", "已答应，过几天缴费", "", ""),
    ("hardship", "缴费有困难", "", ""),
    ("refuses", "本人不愿参保", "", ""),
    ("not_found", "多次联系不上", "", ""),
    ("under_way", "参保手续正在办理", "", ""),
    ("mistake", "名单或身份信息有误", "", ""),
    ("employee", "已参加职工医保", "参保单位", "employee"),
    ("elsewhere", "已在异地参保", "参保地", "elsewhere"),
    ("moved", "户口已迁出", "迁入地", "moved"),
    ("army", "参军", "", "army"),
    ("prison", "服刑", "", "prison"),
    ("dead", "已死亡，待销户", "", "dead"),
    ("other", "其他", "具体原因", ""),
)


def name_causes(apps, schema_editor):
    Cause, Visit = apps.get_model("collection", "Cause"), apps.get_model("collection", "Visit")
    counties = set(apps.get_model("subsidies", "Campaign").objects.values_list("county_id", flat=True))
    for county in sorted(counties):
        Cause.objects.bulk_create(
            Cause(county_id=county, code=code, name=name, asks=asks, status=status, position=place * 10)
            for place, (code, name, asks, status) in enumerate(SEEDS, 1)
        )
        rows = Visit.objects.filter(campaign__county_id=county)
        causes = dict(Cause.objects.filter(county_id=county).values_list("code", "pk"))
        for code, cause in causes.items():
            rows.filter(reason=code).update(cause=cause)
        rows.filter(cause__isnull=True).update(cause=causes["other"])


def name_reasons(apps, schema_editor):
    """The reasons of before, from the causes that began as one of them."""
    Cause, Visit = apps.get_model("collection", "Cause"), apps.get_model("collection", "Visit")
    known = {"away", "refuses", "hardship", "employee", "elsewhere", "army", "prison", "dead", "mistake", "under_way"}
    for cause in Cause.objects.filter(code__in=known):
        Visit.objects.filter(cause=cause).update(reason=cause.code)
    Visit.objects.update(cause=None)
    Cause.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("collection", "0011_visits")]

    operations = [migrations.RunPython(name_causes, name_reasons)]
