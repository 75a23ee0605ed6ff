
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, verbose_name='户编号')),
                ('head_name', models.CharField(blank=True, max_length=60, verbose_name='户主')),
                ('village', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='core.region', verbose_name='村')),
            ],
            options={
                'verbose_name': '户',
                'verbose_name_plural': '户',
            },
        ),
        migrations.CreateModel(
            name='RegisterBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('reading', '读取中'), ('refused', '不能读取'), ('checked', '待确认'), ('confirming', '写入中'), ('confirmed', '已写入')], default='reading', max_length=10, verbose_name='状态')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='总行数')),
                ('new', models.PositiveIntegerField(default=0, verbose_name='新登记')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='有变更')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='不变')),
                ('bad', models.PositiveIntegerField(default=0, verbose_name='有问题')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='已写入')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='文件')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '居民登记册批次',
                'verbose_name_plural': '居民登记册批次',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RegisterProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='行号')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('column', models.CharField(max_length=20, verbose_name='栏目')),
                ('code', models.CharField(max_length=30, verbose_name='问题代码')),
                ('found', models.CharField(blank=True, max_length=60, verbose_name='表中内容')),
                ('message', models.CharField(max_length=200, verbose_name='说明')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='residents.registerbatch', verbose_name='批次')),
            ],
            options={
                'verbose_name': '登记册问题行',
                'verbose_name_plural': '登记册问题行',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RegisterRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='行号')),
                ('is_new', models.BooleanField(verbose_name='新登记')),
                ('village_code', models.CharField(max_length=12, verbose_name='村代码')),
                ('household', models.CharField(blank=True, max_length=30, verbose_name='户编号')),
                ('head_name', models.CharField(blank=True, max_length=60, verbose_name='户主')),
                ('name', models.CharField(db_collation='BINARY', max_length=60, verbose_name='姓名')),
                ('document_type', models.CharField(max_length=20, verbose_name='证件类型')),
                ('id_number', models.CharField(max_length=30, verbose_name='证件号码')),
                ('birth_date', models.DateField(verbose_name='出生日期')),
                ('sex', models.CharField(choices=[('M', '男'), ('F', '女')], max_length=1, verbose_name='性别')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='联系电话')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='住址')),
                ('years', models.CharField(blank=True, max_length=120, verbose_name='参保年度')),
                ('before', models.JSONField(null=True, verbose_name='原登记')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='staged', to='residents.registerbatch', verbose_name='批次')),
            ],
            options={
                'verbose_name': '登记册待写入行',
                'verbose_name_plural': '登记册待写入行',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Resident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_collation='BINARY', max_length=60, verbose_name='姓名')),
                ('document_type', models.CharField(choices=[('id_card', '居民身份证'), ('permit', '港澳台居民居住证'), ('pr_card', '外国人永久居留身份证'), ('birth', '出生医学证明')], default='id_card', max_length=8, verbose_name='证件类型')),
                ('id_number', models.CharField(max_length=30, verbose_name='证件号码')),
                ('birth_date', models.DateField(verbose_name='出生日期')),
                ('sex', models.CharField(choices=[('M', '男'), ('F', '女')], max_length=1, verbose_name='性别')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='联系电话')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='住址')),
                ('status', models.CharField(choices=[('active', '在册'), ('dead', '死亡'), ('moved', '迁出'), ('army', '参军'), ('prison', '服刑'), ('employee', '职工医保'), ('elsewhere', '异地参保'), ('merged', '已合并')], default='active', max_length=10, verbose_name='状态')),
                ('status_on', models.DateField(blank=True, null=True, verbose_name='状态起')),
                ('registered_on', models.DateField(verbose_name='登记日期')),
                ('household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='residents', to='residents.household', verbose_name='户')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='residents.resident', verbose_name='并入')),
                ('register_batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.registerbatch', verbose_name='登记册批次')),
                ('village', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='residents', to='core.region', verbose_name='村')),
            ],
            options={
                'verbose_name': '居民',
                'verbose_name_plural': '居民',
            },
        ),
        migrations.CreateModel(
            name='MergeCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', '待复核'), ('merged', '已合并'), ('rejected', '不是同一人')], default='proposed', max_length=10, verbose_name='状态')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('proposed_at', models.DateTimeField(verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('drop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='并入')),
                ('keep', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='保留')),
            ],
            options={
                'verbose_name': '重复档案',
                'verbose_name_plural': '重复档案',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='InsuredYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('source', models.CharField(max_length=60, verbose_name='来源')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='insured_years', to='residents.resident', verbose_name='居民')),
            ],
            options={
                'verbose_name': '参保年度',
                'verbose_name_plural': '参保年度',
            },
        ),
        migrations.CreateModel(
            name='StatusEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('active', '在册'), ('dead', '死亡'), ('moved', '迁出'), ('army', '参军'), ('prison', '服刑'), ('employee', '职工医保'), ('elsewhere', '异地参保'), ('merged', '已合并')], max_length=10, verbose_name='状态')),
                ('since', models.DateField(verbose_name='起')),
                ('until', models.DateField(blank=True, null=True, verbose_name='止')),
                ('source', models.CharField(max_length=120, verbose_name='依据')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statuses', to='residents.resident', verbose_name='居民')),
            ],
            options={
                'verbose_name': '人员状态',
                'verbose_name_plural': '人员状态',
                'ordering': ['resident', 'since', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(fields=('village', 'number'), name='one_household_number_a_village'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(fields=['batch', 'id'], name='register_row_batch'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['village', 'household'], name='resident_village'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['id_number'], name='resident_number'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['name', 'village'], name='resident_name'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.UniqueConstraint(fields=('document_type', 'id_number'), name='one_resident_a_document'),
        ),
        migrations.AddConstraint(
            model_name='mergecase',
            constraint=models.CheckConstraint(condition=models.Q(('keep', models.F('drop')), _negated=True), name='merge_two_records'),
        ),
        migrations.AddConstraint(
            model_name='mergecase',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='merge_two_people'),
        ),
        migrations.AddConstraint(
            model_name='mergecase',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'rejected'), _negated=True), fields=('keep', 'drop'), name='one_merge_a_pair'),
        ),
        migrations.AddConstraint(
            model_name='insuredyear',
            constraint=models.UniqueConstraint(fields=('resident', 'year'), name='one_insured_year'),
        ),
        migrations.AddConstraint(
            model_name='statusentry',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='status_ends_after'),
        ),
        migrations.AddConstraint(
            model_name='statusentry',
            constraint=models.UniqueConstraint(fields=('resident', 'status', 'since'), name='one_status_a_day'),
        ),
    ]
