
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('subsidies', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulletinTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('set_at', models.DateTimeField(verbose_name='上传时间')),
                ('attachment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulletin_templates', to='subsidies.campaign', verbose_name='征缴年度')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '通报模板',
                'verbose_name_plural': '通报模板',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('daily', '日排名'), ('weekly', '周排名'), ('monthly', '月通报'), ('final', '考评结果')], max_length=8, verbose_name='种类')),
                ('as_of', models.DateTimeField(verbose_name='截至')),
                ('known_at', models.DateTimeField(verbose_name='核对至')),
                ('metric', models.CharField(max_length=10, verbose_name='口径')),
                ('built_at', models.DateTimeField(verbose_name='生成时间')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='校验码')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='subsidies.campaign', verbose_name='征缴年度')),
            ],
            options={
                'verbose_name': '快照',
                'verbose_name_plural': '快照',
                'ordering': ['-as_of', '-known_at'],
            },
        ),
        migrations.CreateModel(
            name='Ranking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('daily', '日排名'), ('weekly', '周排名'), ('monthly', '月通报'), ('final', '考评结果')], max_length=8, verbose_name='种类')),
                ('as_of', models.DateTimeField(verbose_name='截至')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='版本')),
                ('number', models.CharField(max_length=40, verbose_name='文号')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='更正原因')),
                ('content', models.JSONField(verbose_name='内容')),
                ('villages', models.JSONField(verbose_name='各村')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='校验码')),
                ('published_at', models.DateTimeField(verbose_name='发布时间')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rankings', to='subsidies.campaign', verbose_name='征缴年度')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发布人')),
                ('snapshot', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ranking', to='reporting.snapshot')),
            ],
            options={
                'verbose_name': '排名通报',
                'verbose_name_plural': '排名通报',
                'ordering': ['-as_of', '-version'],
            },
        ),
        migrations.CreateModel(
            name='SnapshotRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.PositiveIntegerField(null=True, verbose_name='任务')),
                ('collected', models.PositiveIntegerField(verbose_name='已收')),
                ('posted', models.PositiveIntegerField(verbose_name='已入库')),
                ('self_paid', models.PositiveIntegerField(verbose_name='自主缴费')),
                ('collective', models.PositiveIntegerField(verbose_name='集体资助')),
                ('gained', models.IntegerField(verbose_name='近七日新增')),
                ('gained_period', models.IntegerField(verbose_name='本期新增')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='区划')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='reporting.snapshot')),
            ],
            options={
                'verbose_name': '快照行',
                'verbose_name_plural': '快照行',
            },
        ),
        migrations.CreateModel(
            name='TownshipReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(verbose_name='应报时间')),
                ('collected', models.PositiveIntegerField(verbose_name='征缴人数')),
                ('posted', models.PositiveIntegerField(verbose_name='参保入库人数')),
                ('practice', models.TextField(blank=True, max_length=1000, verbose_name='典型做法')),
                ('problem', models.TextField(blank=True, max_length=1000, verbose_name='存在问题')),
                ('suggestion', models.TextField(blank=True, max_length=1000, verbose_name='意见建议')),
                ('sent_at', models.DateTimeField(verbose_name='报送时间')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='township_reports', to='subsidies.campaign', verbose_name='征缴年度')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报送人')),
                ('township', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='乡镇')),
            ],
            options={
                'verbose_name': '乡镇周报',
                'verbose_name_plural': '乡镇周报',
                'ordering': ['-due_at', 'township'],
            },
        ),
        migrations.CreateModel(
            name='RewardTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, verbose_name='奖项')),
                ('first', models.PositiveSmallIntegerField(verbose_name='起始名次')),
                ('last', models.PositiveSmallIntegerField(verbose_name='截止名次')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='每个乡镇奖金（元）')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reward_tiers', to='subsidies.campaign', verbose_name='征缴年度')),
            ],
            options={
                'verbose_name': '奖项',
                'verbose_name_plural': '奖项',
                'ordering': ['first'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'first'), name='one_tier_a_rank')],
            },
        ),
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.UniqueConstraint(fields=('campaign', 'kind', 'as_of', 'known_at'), name='one_snapshot_an_instant'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.UniqueConstraint(fields=('campaign', 'kind', 'as_of', 'version'), name='one_ranking_a_version'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.CheckConstraint(condition=models.Q(('version', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='correction_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='snapshotrow',
            constraint=models.UniqueConstraint(fields=('snapshot', 'region'), name='one_row_a_region'),
        ),
        migrations.AddConstraint(
            model_name='townshipreport',
            constraint=models.UniqueConstraint(fields=('campaign', 'township', 'due_at'), name='one_report_a_week'),
        ),
    ]
