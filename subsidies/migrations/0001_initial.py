
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('residents', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('opened_at', models.DateTimeField(verbose_name='开始时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='关闭时间')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='core.region', verbose_name='县')),
            ],
            options={
                'verbose_name': '征缴年度',
                'verbose_name_plural': '征缴年度',
                'ordering': ['-year', 'county'],
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('hash', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='摘要')),
                ('policy_id', models.CharField(db_index=True, max_length=20, verbose_name='政策')),
                ('text', models.TextField(verbose_name='原文')),
                ('loaded_at', models.DateTimeField(verbose_name='载入时间')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
            ],
            options={
                'verbose_name': '政策版本',
                'verbose_name_plural': '政策版本',
                'ordering': ['policy_id', '-loaded_at'],
            },
        ),
        migrations.CreateModel(
            name='CountingLine',
            fields=[
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='counting_line', serialize=False, to='subsidies.campaign')),
                ('settled_until', models.DateTimeField(verbose_name='已定稿至')),
            ],
            options={
                'verbose_name': '定稿线',
                'verbose_name_plural': '定稿线',
            },
        ),
        migrations.AddField(
            model_name='campaign',
            name='policy_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='subsidies.policyversion', verbose_name='政策版本'),
        ),
        migrations.CreateModel(
            name='Roster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(max_length=20, verbose_name='部门')),
                ('category', models.CharField(blank=True, help_text='空着：以表中“人员类别”一列为准', max_length=40, verbose_name='身份')),
                ('kind', models.CharField(choices=[('supplement', '新增名单'), ('ending', '减少名单'), ('full', '全量名单'), ('single', '单人标识')], max_length=10, verbose_name='名单种类')),
                ('recognised_on', models.DateField(verbose_name='认定日期')),
                ('document', models.CharField(max_length=120, verbose_name='文号或依据')),
                ('state', models.CharField(choices=[('reading', '读取中'), ('ready', '待审核'), ('refused', '不能读取'), ('applied', '已应用'), ('withdrawn', '已撤回')], default='reading', max_length=10, verbose_name='状态')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='应用时间')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='撤回时间')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回原因')),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='应用人')),
                ('attachment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='文件')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rosters', to='subsidies.campaign', verbose_name='征缴年度')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人')),
            ],
            options={
                'verbose_name': '名单',
                'verbose_name_plural': '名单',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='身份')),
                ('department', models.CharField(max_length=20, verbose_name='认定部门')),
                ('recognised_on', models.DateField(verbose_name='认定日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='依据')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回时间')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='residents.resident', verbose_name='居民')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended_identities', to='subsidies.roster', verbose_name='终止名单')),
                ('roster', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='subsidies.roster', verbose_name='名单')),
            ],
            options={
                'verbose_name': '身份类别',
                'verbose_name_plural': '身份类别',
            },
        ),
        migrations.CreateModel(
            name='RosterRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='行号')),
                ('name', models.CharField(blank=True, db_collation='BINARY', max_length=60, verbose_name='姓名')),
                ('id_number', models.CharField(blank=True, max_length=30, verbose_name='证件号码')),
                ('category', models.CharField(blank=True, max_length=40, verbose_name='身份')),
                ('recognised_on', models.DateField(null=True, verbose_name='认定日期')),
                ('outcome', models.CharField(choices=[('pending', '待核对'), ('new', '新增'), ('ended', '终止'), ('unchanged', '不变'), ('not_found', '查无此人'), ('name_differs', '姓名不符'), ('deceased', '已死亡'), ('moved', '已迁出'), ('bad_row', '填写有误'), ('duplicate', '重复')], max_length=12, verbose_name='结果')),
                ('message', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认是同一人')),
                ('resident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='residents.resident', verbose_name='居民')),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='subsidies.roster', verbose_name='名单')),
            ],
            options={
                'verbose_name': '名单行',
                'verbose_name_plural': '名单行',
                'ordering': ['roster', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.PositiveIntegerField(verbose_name='任务人数')),
                ('source', models.CharField(max_length=120, verbose_name='来源')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='subsidies.campaign', verbose_name='征缴年度')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='区划')),
            ],
            options={
                'verbose_name': '征缴任务',
                'verbose_name_plural': '征缴任务',
            },
        ),
        migrations.CreateModel(
            name='TargetEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.PositiveIntegerField(null=True, verbose_name='任务人数')),
                ('source', models.CharField(max_length=120, verbose_name='来源')),
                ('set_at', models.DateTimeField(verbose_name='下达时间')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='target_entries', to='subsidies.campaign', verbose_name='征缴年度')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='区划')),
            ],
            options={
                'verbose_name': '任务下达记录',
                'verbose_name_plural': '任务下达记录',
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(fields=('county', 'year'), name='one_campaign_a_year'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('applied_by__isnull', True), models.Q(('applied_by', models.F('uploaded_by')), _negated=True), _connector='OR'), name='roster_two_people'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(fields=['kind', 'resident'], name='identity_kind'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True), ('withdrawn_at__isnull', True)), fields=('resident', 'kind'), name='one_live_identity_a_kind'),
        ),
        migrations.AddIndex(
            model_name='rosterrow',
            index=models.Index(fields=['roster', 'outcome', 'number'], name='roster_row_outcome'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('campaign', 'region'), name='one_target_a_region'),
        ),
        migrations.AddIndex(
            model_name='targetentry',
            index=models.Index(fields=['campaign', 'region', 'set_at'], name='target_entry_time'),
        ),
    ]
