import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0004_no_replacing'),
        ('residents', '0002_dated_facts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_collation='BINARY', max_length=60, verbose_name='姓名')),
                ('id_number', models.CharField(max_length=30, verbose_name='证件号码')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('resident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='members', to='residents.resident', verbose_name='居民档案')),
            ],
            options={
                'verbose_name': '参保职工',
                'verbose_name_plural': '参保职工',
            },
        ),
        migrations.CreateModel(
            name='MonthlyDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='费款所属期')),
                ('state', models.CharField(choices=[('reading', '读取中'), ('refused', '不能读取'), ('checked', '待确认'), ('booked', '已记账'), ('withdrawn', '已撤回')], default='reading', max_length=9, verbose_name='状态')),
                ('sha256', models.CharField(max_length=64)),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('notes', models.JSONField(default=list, verbose_name='提示')),
                ('people', models.PositiveIntegerField(default=0, verbose_name='人数')),
                ('bad', models.PositiveIntegerField(default=0, verbose_name='有误')),
                ('joined', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('left', models.PositiveIntegerField(default=0, verbose_name='减少')),
                ('unusual', models.PositiveIntegerField(default=0, verbose_name='变动较大')),
                ('unit_amount', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='单位应缴')),
                ('person_amount', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='个人应缴')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('booked_at', models.DateTimeField(null=True, verbose_name='记账时间')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回原因')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='文件')),
                ('booked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '月度申报',
                'verbose_name_plural': '月度申报',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DeclaredLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(null=True, verbose_name='行号')),
                ('name', models.CharField(db_collation='BINARY', max_length=60, verbose_name='姓名')),
                ('id_number', models.CharField(max_length=30, verbose_name='证件号码')),
                ('wage', models.DecimalField(decimal_places=2, max_digits=10, null=True, verbose_name='申报工资')),
                ('base', models.DecimalField(decimal_places=2, max_digits=10, null=True, verbose_name='缴费基数')),
                ('unit_amount', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='单位应缴')),
                ('person_amount', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='个人应缴')),
                ('change', models.CharField(choices=[('same', '无变动'), ('joined', '新增'), ('left', '减少'), ('unusual', '变动较大'), ('bad', '有误')], max_length=8, verbose_name='变动')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('declaration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='employees.monthlydeclaration')),
            ],
            options={
                'verbose_name': '申报明细',
                'verbose_name_plural': '申报明细',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PaidFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('reading', '读取中'), ('read', '已读取'), ('refused', '不能读取')], default='reading', max_length=8, verbose_name='状态')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('notes', models.JSONField(default=list, verbose_name='提示')),
                ('booked', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('known', models.PositiveIntegerField(default=0, verbose_name='以前清单已有')),
                ('bad_rows', models.JSONField(default=list, verbose_name='对不上的行')),
                ('uploaded_at', models.DateTimeField(verbose_name='导入时间')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='文件')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导入人')),
            ],
            options={
                'verbose_name': '职工医保已缴清单',
                'verbose_name_plural': '职工医保已缴清单',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PensionRoll',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='月份')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('reading', '读取中'), ('read', '已比对'), ('refused', '不能读取')], default='reading', max_length=8, verbose_name='状态')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('notes', models.JSONField(default=list, verbose_name='提示')),
                ('people', models.PositiveIntegerField(default=0, verbose_name='名册人数')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='文件')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '养老参保名册',
                'verbose_name_plural': '养老参保名册',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='单位名称')),
                ('kind', models.CharField(choices=[('government', '机关事业单位'), ('social', '社会团体、民办非企业单位'), ('outside', '机关事业单位不在编人员'), ('enterprise', '企业'), ('individual', '个体工商户')], max_length=12, verbose_name='单位类型')),
                ('credit_code', models.CharField(max_length=18, verbose_name='统一社会信用代码')),
                ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='纳税人识别号')),
                ('contact_name', models.CharField(blank=True, max_length=40, verbose_name='经办人')),
                ('contact_phone', models.CharField(blank=True, max_length=20, verbose_name='联系电话')),
                ('registered_on', models.DateField(verbose_name='登记日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='注销日期')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('township', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='乡镇')),
            ],
            options={
                'verbose_name': '参保单位',
                'verbose_name_plural': '参保单位',
                'ordering': ['township', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RollDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('not_insured', '有养老，没有医保'), ('not_on_roll', '有医保，没有养老'), ('base_differs', '缴费基数不一致'), ('unreadable', '名册这一行有误')], max_length=12, verbose_name='差异')),
                ('unit_name', models.CharField(blank=True, max_length=100, verbose_name='名册单位')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('id_number', models.CharField(max_length=30, verbose_name='证件号码')),
                ('roll_base', models.DecimalField(decimal_places=2, max_digits=10, null=True, verbose_name='养老基数')),
                ('base', models.DecimalField(decimal_places=2, max_digits=10, null=True, verbose_name='医保基数')),
                ('message', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('roll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='employees.pensionroll')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '比对差异',
                'verbose_name_plural': '比对差异',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='monthlydeclaration',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='employees.unit', verbose_name='单位'),
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined', models.DateField(verbose_name='参保月份')),
                ('left', models.DateField(blank=True, null=True, verbose_name='停保月份')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='employees.member', verbose_name='职工')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='employees.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '参保关系',
                'verbose_name_plural': '参保关系',
                'ordering': ['member', 'joined', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EmployeePayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='费款所属期')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='金额')),
                ('paid_on', models.DateField(verbose_name='缴费日期')),
                ('channel', models.CharField(blank=True, max_length=40, verbose_name='渠道')),
                ('ticket', models.CharField(blank=True, max_length=60, verbose_name='税票号')),
                ('identity', models.CharField(max_length=100, verbose_name='缴费人、所属期、金额、日期')),
                ('occurrence', models.PositiveSmallIntegerField(default=1, verbose_name='同样的第几笔')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='冲销原因')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='employees.employeepayment', verbose_name='冲销')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='employees.member', verbose_name='灵活就业人员')),
                ('paid_file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='employees.paidfile', verbose_name='清单')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='employees.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '职工医保缴费',
                'verbose_name_plural': '职工医保缴费',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(fields=('county', 'id_number'), name='one_member_a_number'),
        ),
        migrations.AddIndex(
            model_name='declaredline',
            index=models.Index(fields=['id_number'], name='declared_number'),
        ),
        migrations.AddConstraint(
            model_name='paidfile',
            constraint=models.UniqueConstraint(fields=('county', 'sha256'), name='one_paid_file_a_digest'),
        ),
        migrations.AddConstraint(
            model_name='pensionroll',
            constraint=models.UniqueConstraint(fields=('county', 'month', 'sha256'), name='one_roll_a_month_and_digest'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(fields=('county', 'credit_code'), name='one_unit_a_credit_code'),
        ),
        migrations.AddIndex(
            model_name='rolldifference',
            index=models.Index(fields=['roll', 'kind'], name='roll_difference_kind'),
        ),
        migrations.AddIndex(
            model_name='monthlydeclaration',
            index=models.Index(fields=['month', 'state'], name='declaration_month'),
        ),
        migrations.AddConstraint(
            model_name='monthlydeclaration',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'booked')), fields=('unit', 'month'), name='one_booked_declaration_a_month'),
        ),
        migrations.AddConstraint(
            model_name='monthlydeclaration',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='declaration_month_is_a_month'),
        ),
        migrations.AddIndex(
            model_name='employment',
            index=models.Index(fields=['unit', 'left'], name='employment_unit'),
        ),
        migrations.AddConstraint(
            model_name='employment',
            constraint=models.CheckConstraint(condition=models.Q(('left__isnull', True), ('left__gte', models.F('joined')), _connector='OR'), name='employment_ends_after'),
        ),
        migrations.AddConstraint(
            model_name='employment',
            constraint=models.UniqueConstraint(condition=models.Q(('left__isnull', True)), fields=('member', 'unit'), name='one_employment_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='employment',
            constraint=models.UniqueConstraint(condition=models.Q(('left__isnull', True), ('unit__isnull', True)), fields=('member',), name='one_flexible_a_member'),
        ),
        migrations.AddIndex(
            model_name='employeepayment',
            index=models.Index(fields=['unit', 'month'], name='employee_payment_unit'),
        ),
        migrations.AddIndex(
            model_name='employeepayment',
            index=models.Index(fields=['member', 'month'], name='employee_payment_member'),
        ),
        migrations.AddConstraint(
            model_name='employeepayment',
            constraint=models.UniqueConstraint(fields=('county', 'identity', 'occurrence'), name='one_employee_payment_an_occurrence'),
        ),
        migrations.AddConstraint(
            model_name='employeepayment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('member__isnull', True), ('unit__isnull', False)), models.Q(('member__isnull', False), ('unit__isnull', True)), _connector='OR'), name='employee_payment_has_one_payer'),
        ),
        migrations.AddConstraint(
            model_name='employeepayment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('reverses__isnull', True)), models.Q(('amount__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='employee_payment_is_reversed_below_zero'),
        ),
    ]
