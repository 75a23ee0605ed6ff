"""The one settings file. Everything that differs between installations is read from the environment.

| variable | meaning | when not set |
| --- | --- | --- |
| PRODUCTION | 1: refuse to start unless everything below is safe | 0 |
| SECRET_KEY | Django's signing key, 50 characters or more | made once and kept in DATA_DIR |
| DATABASE_URL | postgres://user:password@host/name | SQLite in DATA_DIR |
| REDIS_URL | redis://host/0, Celery's broker | message files in DATA_DIR |
| DATA_DIR | uploads, slips, the embedded database and queue | var/ |
| ALLOWED_HOSTS | comma-separated host names | this machine only |
| CSRF_TRUSTED_ORIGINS | comma-separated https origins | none |
| HTTPS | 0 only behind nothing at all: cookies without the secure flag | as PRODUCTION |
| TRUSTED_PROXIES | how many reverse proxies stand in front (for the client's address) | 0 |
| BUSINESS_CLOCK | a file holding one ISO instant: the business clock stands there (demo) | the real clock |
| OUTBOX_DIR | where the file gateway writes text messages | DATA_DIR/outbox |
| OUTBOX_GATEWAY | the class that hands text messages on (core/messages/gateways.py) | the file gateway |
| OUTBOX_SMTP_HOST, _PORT | the mail server of core.messages.gateways.SmtpGateway | 127.0.0.1, 25 |
| OUTBOX_SMTP_DOMAIN, _SENDER | to whose mailboxes, and from whom | empty |
| OUTBOX_SMTP_USER, _PASSWORD, _TLS | how to log in there; _TLS 1: after STARTTLS | no login, no TLS |
| DEVELOPMENT | 1: error pages that show the code; `manage.py runserver` reloads it | 0 |
| METRICS_TOKEN | opens /metrics to whoever sends it as a bearer token, 32 characters or more | /metrics is closed |
| LOG_LEVEL | what is logged at least | WARNING |
"""

import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", False)
DEBUG = DEVELOPMENT = env.bool("DEVELOPMENT", False)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
METRICS_TOKEN = env("METRICS_TOKEN", default="")


def _own_secret_key() -> str:
    """A key made at first start, for installations without one in the environment (never in production)."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text()


def _require_safe() -> None:
    """Production refuses to start with any of these missing."""
    wrong = []
    if len(env("SECRET_KEY", default="")) < 50:
        wrong.append("SECRET_KEY must be set to 50 random characters or more")
    if not env("DATABASE_URL", default="").startswith(("postgres://", "postgresql://")):
        wrong.append("DATABASE_URL must name a PostgreSQL database")
    if not env("REDIS_URL", default="").startswith(("redis://", "rediss://")):
        wrong.append("REDIS_URL must name a Redis server")
    if not env.list("ALLOWED_HOSTS", default=[]) or "*" in env.list("ALLOWED_HOSTS", default=[]):
        wrong.append("ALLOWED_HOSTS must name the hosts, and not *")
    if not env.bool("HTTPS", True):
        wrong.append("HTTPS must not be 0")
    if env("BUSINESS_CLOCK", default=""):
        wrong.append("BUSINESS_CLOCK is for demos only")
    if DEVELOPMENT:
        wrong.append("DEVELOPMENT shows code and settings on error pages")
    if 0 < len(METRICS_TOKEN) < 32:
        wrong.append("METRICS_TOKEN must be 32 random characters or more")
    if wrong:
        raise ImproperlyConfigured("PRODUCTION=1 refuses to start:\n- " + "\n- ".join(wrong))


if PRODUCTION:
    _require_safe()

SECRET_KEY = env("SECRET_KEY", default="") or _own_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", PRODUCTION)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "demo",
    "reporting",
    "collection",
    "employees",
    "subsidies",
    "residents",
    "core",
    "config.admin.CountyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_filters",
    "import_export",
]

MIDDLEWARE = [
    "core.pages.guards.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.pages.guards.CompressPagesMiddleware",
    "core.pages.guards.NoStoreMiddleware",
    "core.pages.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.pages.middleware.AuditSourceMiddleware",
    "core.pages.guards.RequestGuardMiddleware",
    "core.pages.middleware.IdleLogoutMiddleware",
    "core.accounts.sessions.SessionLimitsMiddleware",
    "core.pages.middleware.LoginMiddleware",
    "subsidies.campaigns.middleware.CampaignYearMiddleware",
    "core.access.search_tokens.SearchTokenMiddleware",
    "core.pages.middleware.FirstPasswordMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.components"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.pages.frame.page_context",
                "core.help.context.help_context",
                "subsidies.campaigns.middleware.campaign_context",
            ],
        },
    },
]

# SQLite: one writer at a time, so every transaction that may write takes its place in the queue at the start
# (IMMEDIATE); WAL lets readers go on meanwhile.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # What DATABASE_URL says goes before. Compiling a statement costs more than it saves here (docs/decisions).
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "options": "-c jit=off",
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "core.accounts.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "core.accounts.passwords.TwoKindsValidator"},
    {"NAME": "core.accounts.passwords.TradeWordsValidator"},
]
# The second reads what was kept before, and first passwords; Django hashes it anew when it is used.
PASSWORD_HASHERS = [
    "core.accounts.passwords.BoundedArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# Five wrong passwords lock this user from this address for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "core.accounts.lockout.locked_page"
AXES_CLIENT_IP_CALLABLE = "core.pages.middleware.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# A session ends after half an hour without a request, and after twelve hours whatever was done in it.
IDLE_MINUTES = 30
SESSION_HOURS = 12
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Nothing is cached across requests; the rate of logins and the like are counted in the database (django-axes).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# What somebody typed never becomes a formula in an exported table.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

FILTERS_EMPTY_CHOICE_LABEL = "全部"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"

BUSINESS_CLOCK = env("BUSINESS_CLOCK", default="")
OUTBOX_DIR = Path(env("OUTBOX_DIR", default=str(DATA_DIR / "outbox")))
OUTBOX_GATEWAY = env("OUTBOX_GATEWAY", default="core.messages.gateways.FileGateway")
OUTBOX_SMTP_HOST = env("OUTBOX_SMTP_HOST", default="127.0.0.1")
OUTBOX_SMTP_PORT = env.int("OUTBOX_SMTP_PORT", default=25)
OUTBOX_SMTP_DOMAIN = env("OUTBOX_SMTP_DOMAIN", default="")
OUTBOX_SMTP_SENDER = env("OUTBOX_SMTP_SENDER", default="")
OUTBOX_SMTP_USER = env("OUTBOX_SMTP_USER", default="")
OUTBOX_SMTP_PASSWORD = env("OUTBOX_SMTP_PASSWORD", default="")
OUTBOX_SMTP_TLS = env.bool("OUTBOX_SMTP_TLS", default=False)

REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "embedded://localhost/"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if REDIS_URL:
    # A message not acknowledged in this time is delivered again: longer than the longest task. A Redis that does not
    # answer holds a page up for seconds only; the job waits in the database for beat.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 6 * 3600,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
    }
else:
    _queue = DATA_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.3,
    }
CELERY_TASK_IGNORE_RESULT = True
# A job that hangs is stopped, and its worker killed if it does not listen. The county's register of 586,000 people
# takes some minutes.
CELERY_TASK_SOFT_TIME_LIMIT = 3600
CELERY_TASK_TIME_LIMIT = 3660
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {"axes": {"level": "ERROR"}},
}
