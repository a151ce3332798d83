"""Settings of Annai. Every one comes from the environment and has a default that runs."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config.environment import (
    boolean,
    choice,
    data_folder,
    embedder,
    env,
    positive_integer,
    secret_key,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where we run ---------------------------------------------------------------------------
ANNAI_ENV = choice("ANNAI_ENV", "development", {"development", "production"})
PRODUCTION = ANNAI_ENV == "production"
DEBUG = boolean("DEBUG", False)
DATA_DIR = data_folder(BASE_DIR / "var")
SECRET_KEY = secret_key(DATA_DIR, production=PRODUCTION)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("ANNAI_BASE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "accounts",
    "home",
    "kb",
    "search",
    "search.indexing",
    "search.log",
    "search.gaps",
    "search.tuning",
    "search.evaluation",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.policies.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'annai.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at the start of a
    # transaction, so that two writers wait for each other instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
        ),
    }
    # In a file: tests with a live server write from two threads, which a shared in-memory
    # database answers with "table is locked".
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://annai")}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Wagtail enqueues about eight small tasks a page: they run at once. Ours wait for the worker.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "worker": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

# --- Search ---------------------------------------------------------------------------------
INDEX_DIR = DATA_DIR / "index"
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_API_KEY = env.str("ELASTICSEARCH_API_KEY", default="")
ELASTICSEARCH_USERNAME = env.str("ELASTICSEARCH_USERNAME", default="")
ELASTICSEARCH_PASSWORD = env.str("ELASTICSEARCH_PASSWORD", default="")
ELASTICSEARCH_CA = env.str("ELASTICSEARCH_CA", default="")
ELASTICSEARCH_PREFIX = env.str("ELASTICSEARCH_PREFIX", default="annai-")
# How long a search may wait for the cluster before the standby answers.
ELASTICSEARCH_BUDGET_MS = positive_integer("ELASTICSEARCH_BUDGET_MS", 1500)
# What turns texts into vectors: "bundled", "off", or the address of an endpoint.
EMBEDDER = embedder("ANNAI_EMBEDDER", "bundled")
EMBEDDER_MODEL = env.str("ANNAI_EMBEDDER_MODEL", default="")
EMBEDDER_API_KEY = env.str("ANNAI_EMBEDDER_API_KEY", default="")
# How long a question may wait for an endpoint before search goes on by words alone.
EMBEDDER_BUDGET_MS = positive_integer("ANNAI_EMBEDDER_BUDGET_MS", 300)
SEARCH_RESULTS_PER_PAGE = 10
SUGGESTIONS_SHOWN = 5

# --- Log ------------------------------------------------------------------------------------
ANNAI_K_ANONYMITY = positive_integer("ANNAI_K_ANONYMITY", 3)
ANNAI_LOG_RETENTION_DAYS = positive_integer("ANNAI_LOG_RETENTION_DAYS", 90)

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ANNAI_CONTACT_EMAIL = env.str("ANNAI_CONTACT_EMAIL", default="support@example.com")
ANNAI_CONTACT_URL = env.str("ANNAI_CONTACT_URL", default="")
vars().update(env.email("EMAIL_URL", default="consolemail://"))

# --- Languages ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("ANNAI_STATIC_DIR", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Hashed and compressed names need `collectstatic`; a trial run serves the sources as they are.
HASHED_STATIC = boolean("ANNAI_HASHED_STATIC", PRODUCTION)
WHITENOISE_USE_FINDERS = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if HASHED_STATIC
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- Wagtail --------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Annai"
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAIL_ALLOW_UNICODE_SLUGS = True
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# A hash of every editor's e-mail address is nobody else's business.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_FRONTEND_LOGIN_URL = "/en/login/"

# --- Security -------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = boolean("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
# On, as Django's deployment check wants it; a portal at the top of a domain may have to switch it
# off, since browsers keep to it for a year for every name below.
SECURE_HSTS_INCLUDE_SUBDOMAINS = boolean("SECURE_HSTS_INCLUDE_SUBDOMAINS", PRODUCTION)
SECURE_HSTS_PRELOAD = boolean("SECURE_HSTS_PRELOAD", PRODUCTION)
# How many proxies in front of us append to X-Forwarded-For; 0: the peer's own address counts, and
# nobody's word is taken for it that a request came by HTTPS.
TRUSTED_PROXIES = int(env.str("ANNAI_TRUSTED_PROXIES", default="0"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail's admin previews pages in a frame
# Django-ratelimit counts requests by this address.
RATELIMIT_IP_META_KEY = "search.log.visitors.counted_address"
# Requests an address may make; a whole office may share one.
ANNAI_SUGGEST_RATE = env.str("ANNAI_SUGGEST_RATE", default="6000/m")
ANNAI_SEARCH_RATE = env.str("ANNAI_SEARCH_RATE", default="1200/m")

# --- Logging --------------------------------------------------------------------------------
LOG_FORMAT = choice("ANNAI_LOG_FORMAT", "json" if PRODUCTION else "text", {"json", "text"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.str("ANNAI_LOG_LEVEL", default="INFO")},
    "loggers": {
        "elastic_transport": {"level": "ERROR"},
        # Two lines for each of Wagtail's small tasks say nothing; failures are errors.
        "django_tasks": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
