
import django.contrib.auth.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.contrib.postgres.operations import CreateCollation
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateCollation('BINARY', locale='C'),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(error_messages={'unique': '这个账号已经有人用了，请换一个。'}, max_length=40, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='账号')),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('role', models.CharField(choices=[('county', '县医保局'), ('township', '乡镇征缴专班'), ('village', '村协办员'), ('tax', '县税务局'), ('department', '认定部门'), ('leader', '领导'), ('system', '系统管理员'), ('security', '安全管理员'), ('audit', '审计员')], max_length=12, verbose_name='角色')),
                ('department', models.CharField(blank=True, help_text='认定部门填写，如 民政局、农业农村局、残联', max_length=20, verbose_name='部门')),
                ('position', models.CharField(blank=True, choices=[('leader', '乡镇分管领导'), ('reviewer', '乡镇督导审核人员'), ('recorder', '电子信息录入人员'), ('helper', '医保协办员')], max_length=10, verbose_name='岗位')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='联系电话')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('must_change_password', models.BooleanField(default=True, verbose_name='首次登录须改密码')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'ordering': ['region_id', 'username'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('file', models.FileField(upload_to='%Y/%m', verbose_name='文件')),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('kind', models.CharField(max_length=20, verbose_name='用途')),
                ('size', models.PositiveIntegerField(verbose_name='字节')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='摘要')),
                ('region_code', models.CharField(db_index=True, max_length=12, verbose_name='区划代码')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '附件',
                'verbose_name_plural': '附件',
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True, verbose_name='去重键')),
                ('kind', models.CharField(max_length=20, verbose_name='类别')),
                ('region_code', models.CharField(db_index=True, max_length=12, verbose_name='区划代码')),
                ('to_name', models.CharField(max_length=60, verbose_name='收件人')),
                ('to_phone', models.CharField(blank=True, max_length=20, verbose_name='电话')),
                ('text', models.CharField(max_length=300, verbose_name='内容')),
                ('created_at', models.DateTimeField(verbose_name='生成时间')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发出时间')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('try_after', models.DateTimeField(null=True, verbose_name='下次发送不早于')),
                ('error', models.CharField(blank=True, max_length=200, verbose_name='原因')),
            ],
            options={
                'verbose_name': '待发短信',
                'verbose_name_plural': '待发短信',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['sent_at', 'id'], name='outbox_unsent')],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='代码')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('level', models.CharField(choices=[('county', '县'), ('township', '乡镇'), ('village', '村')], max_length=8, verbose_name='级别')),
                ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='并入时间')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='core.region', verbose_name='上级')),
                ('replaced_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='core.region', verbose_name='并入')),
            ],
            options={
                'verbose_name': '区划',
                'verbose_name_plural': '区划',
                'ordering': ['code'],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='region',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='core.region', verbose_name='区划'),
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='业务时间')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='记录时间')),
                ('actor_name', models.CharField(max_length=60, verbose_name='操作人姓名')),
                ('action', models.CharField(max_length=60, verbose_name='动作')),
                ('object_type', models.CharField(blank=True, max_length=40, verbose_name='对象')),
                ('object_id', models.CharField(blank=True, max_length=60, verbose_name='对象编号')),
                ('region_code', models.CharField(blank=True, max_length=12, verbose_name='区划代码')),
                ('source', models.CharField(blank=True, help_text='网络地址、任务或命令', max_length=60, verbose_name='来源')),
                ('summary', models.CharField(max_length=300, verbose_name='摘要')),
                ('before', models.JSONField(null=True, verbose_name='变更前')),
                ('after', models.JSONField(null=True, verbose_name='变更后')),
                ('batch', models.CharField(blank=True, max_length=60, verbose_name='批次')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
            ],
            options={
                'verbose_name': '审计事件',
                'verbose_name_plural': '审计事件',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='event_object'), models.Index(fields=['action', 'recorded_at'], name='event_action'), models.Index(fields=['actor', 'recorded_at'], name='event_actor'), models.Index(fields=['recorded_at'], name='event_time')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60, verbose_name='任务')),
                ('key', models.CharField(max_length=120, verbose_name='去重键')),
                ('args', models.JSONField(default=dict, verbose_name='参数')),
                ('region_code', models.CharField(blank=True, max_length=12, verbose_name='区划代码')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='发起时间')),
                ('state', models.CharField(choices=[('queued', '排队中'), ('running', '处理中'), ('done', '已完成'), ('failed', '未完成')], default='queued', max_length=8, verbose_name='状态')),
                ('token', models.UUIDField(editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已处理')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='总数')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('heartbeat_at', models.DateTimeField(null=True, verbose_name='心跳')),
                ('started_at', models.DateTimeField(null=True, verbose_name='开始')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='结束')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
            ],
            options={
                'verbose_name': '后台任务',
                'verbose_name_plural': '后台任务',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['state', 'heartbeat_at'], name='job_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('key',), name='one_live_job_a_key')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('is_working', models.BooleanField(default=False, verbose_name='上班')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                ('county', models.ForeignKey(limit_choices_to={'level': 'county'}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.region', verbose_name='县')),
            ],
            options={
                'verbose_name': '节假日调整',
                'verbose_name_plural': '节假日调整',
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('county', 'day'), name='one_holiday_row_a_day')],
            },
        ),
    ]
