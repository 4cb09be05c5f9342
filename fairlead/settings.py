"""Django's settings, made of `foundation.config`. Change an installation by its variables, not here."""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from fairlead.foundation import config, logs

CONFIG = config.load()

DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.signing_key()
ALLOWED_HOSTS = CONFIG.allowed_hosts
DATA_FOLDER = CONFIG.data
PUBLIC_URL = CONFIG.public_url.rstrip("/")
TRUSTED_PROXIES = CONFIG.trusted_proxies

# No app, for it has no models.
_API = Path(__file__).parent / "api"

INSTALLED_APPS = [
    "fairlead.tenancy",
    "fairlead.messaging",
    "fairlead.records",
    "fairlead.crm",
    "fairlead.billing",
    "fairlead.documents",
    "procrastinate.contrib.django",
    "django.contrib.staticfiles",
    "ninja",
]
# Addresses end in a slash; a redirect would turn a POST into a GET.
APPEND_SLASH = False
MIDDLEWARE = [
    "fairlead.api.middleware.request_ids",
    "fairlead.api.middleware.open_to_sites",
    "fairlead.api.middleware.api_problems",
    "fairlead.api.middleware.known_hosts",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "fairlead.urls"
WSGI_APPLICATION = "fairlead.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_API / "templates"],
        "APP_DIRS": True,
    }
]

DATABASES = {"default": CONFIG.database("app"), "owner": CONFIG.database("owner")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS = [_API / "static"]
# Straight from the packages: a start needs no collected copy, in a checkout or in a wheel.
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = CONFIG.data / "files"
STORAGES = {
    "default": CONFIG.file_storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "fairlead.records.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "fairlead.records.uploads.TemporaryFile",
]

DATA_UPLOAD_MAX_MEMORY_SIZE = CONFIG.max_body_bytes
MAX_ATTACHMENT_BYTES = CONFIG.max_attachment_bytes
ACCESS_TOKEN_MINUTES = CONFIG.access_token_minutes
REFRESH_TOKEN_DAYS = CONFIG.refresh_token_days
REQUESTS_PER_MINUTE = CONFIG.requests_per_minute
WEB_LEADS_PER_MINUTE = CONFIG.web_leads_per_minute
FAILED_SIGN_INS_PER_ACCOUNT = CONFIG.failed_sign_ins_per_account
FAILED_SIGN_INS_PER_NETWORK = CONFIG.failed_sign_ins_per_network
JOB_CONCURRENCY = CONFIG.job_concurrency
JOB_LISTEN = CONFIG.job_listen
JOB_STALLED_SECONDS = CONFIG.job_stalled_seconds
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
]

SMTP_URL = CONFIG.smtp_url.get_secret_value()
MAIL_FOLDER = CONFIG.data / "mail"
MAIL_FROM = CONFIG.mail_from

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = urlsplit(PUBLIC_URL).scheme == "https"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

logs.configure()
LOGGING = logs.standard_library(CONFIG.log_level)
