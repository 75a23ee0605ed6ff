from django.db import migrations

#: As many as one statement is asked for.
CHUNK = 500


def date_withdrawn_stops(apps, schema_editor):
    """A stop that was withdrawn before 0027 kept no time; the audit log has the moment in which it was.

    A refund and the end of a free enrolment always stop the subsidy: from the decision, else from the conclusion, until
    the withdrawal. What was paid back and has to be paid again stopped with the conclusion.
    """
    using = schema_editor.connection.alias
    consequences = apps.get_model("collection.Consequence").objects.using(using)
    events = apps.get_model("core.Event").objects.using(using)
    undated = consequences.filter(state="withdrawn", stopped_at__isnull=True, outcome__in=("refund", "free_ends", "pay_again"))
    found = list(undated.order_by("pk"))
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        withdrawn = events.filter(
            action="consequence.withdraw", object_type="consequence", object_id__in=[str(one.pk) for one in chunk]
        )
        ended = dict(withdrawn.order_by("pk").values_list("object_id", "at"))
        for one in chunk:
            if at := ended.get(str(one.pk)):
                decided = one.decided_at if one.outcome != "pay_again" else None
                one.stopped_at, one.resumed_at = min(decided or one.made_at, at), at
        dated = [one for one in chunk if one.stopped_at]
        consequences.bulk_update(dated, ["stopped_at", "resumed_at"], batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("collection", "0029_tally_triggers"), ("core", "0013_job_result")]

    operations = [migrations.RunPython(date_withdrawn_stops, migrations.RunPython.noop)]
