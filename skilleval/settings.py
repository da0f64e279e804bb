"""Settings, all from the environment; README lists the variables.

The real settings are the default. Three switches exist for the demonstration and the tests alone, and
`check --deploy` fails with any of them: DEMO=1 (a clock that can be set ahead, a mailbox instead of gateways),
SECURE=off (plain http) and STAFF_MFA=off (staff without a second factor).
"""

from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF
from django.urls import reverse

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- switches -----------------------------------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
SECURE = env.str("SECURE", default="on") != "off"
STAFF_MFA = env.str("STAFF_MFA", default="on")
DEBUG = False

# --- secrets: production refuses to start without them ------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
FIELD_KEYS = env.str("FIELD_KEYS")  # "id:base64,id:base64", the first one encrypts
INDEX_KEY = env.str("INDEX_KEY")  # base64; keys the blind indexes

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # printed in QR codes and messages

# --- apps, in the import order that tests/test_architecture.py keeps ----------------------------------------------
INSTALLED_APPS = [
    "skilleval.core",
    "skilleval.catalogue",
    "skilleval.accounts",
    "registration",
    "fees",
    "scheduling",
    "certificates",
    "discipline",
    "skilleval.journeys",
    "skilleval",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "skilleval.core.middleware.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "skilleval.core.middleware.StaffMfaMiddleware",
    "skilleval.core.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "skilleval.urls"
WSGI_APPLICATION = "skilleval.wsgi.application"

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
                "skilleval.journeys.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database and queue -------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {
    "HOST": unquote(DATABASES["default"].get("HOST", "")),  # a socket folder arrives percent-encoded
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    "TEST": {"NAME": env.str("TEST_DB", default="test_portal")},
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c statement_timeout=30s -c lock_timeout=3s -c idle_in_transaction_session_timeout=60s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "skilleval.core.cache.RedisOrLocalCache",
            "LOCATION": env.str("CACHE_URL", default=REDIS_URL),
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}

# Redis is a doorbell: no result backend, and the database rows are the truth (skilleval/celery.py).
CELERY_BROKER_URL = (
    env.str("BROKER_URL", default=REDIS_URL).replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
)
EVENT_JOBS = "skilleval.celery.EVENT_JOBS"

# --- accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["skilleval.accounts.hashers.PortalArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "skilleval.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "skilleval.accounts.passwords.NotCommon"},
    {"NAME": "skilleval.accounts.passwords.NotAllDigits"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "after_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "skilleval.accounts.adapter.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email*", "password1*", "password2*"]  # either of the two: accounts.forms
ACCOUNT_FORMS = {
    "signup": "skilleval.accounts.forms.SignupForm",
    "login": "skilleval.accounts.forms.LoginForm",
    "request_login_code": "skilleval.accounts.forms.RequestLoginCodeForm",
    "reset_password": "skilleval.accounts.forms.ResetPasswordForm",
    "change_password": "skilleval.accounts.forms.ChangePasswordForm",
    "confirm_login_code": "skilleval.accounts.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "skilleval.accounts.forms.ConfirmEmailForm",
    "confirm_password_reset_code": "skilleval.accounts.forms.ConfirmResetForm",
    "verify_phone": "skilleval.accounts.forms.VerifyPhoneForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
# A school shares one address, so addresses get room; what is guessed at or texted to is limited by itself.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key",
    "signup": "120/m/ip",
    "request_login_code": "120/m/ip,3/m/key,20/d/key",
    "verify_phone": "120/m/ip,1/20s/key,20/d/key",
    "reset_password": "60/m/ip,5/m/key",
    "change_phone": "3/m/user",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "技能评价申报平台"

# Where upstream's rows are shown is the root's to say: registration names no page of the journeys.
ABSOLUTE_URL_OVERRIDES = {
    "registration.group": lambda group: reverse("group_detail", args=[group.uuid]),
    "registration.application": lambda application: reverse("application_detail", args=[application.uuid]),
    "discipline.case": lambda case: reverse("case_page", args=[case.uuid]),
}

# --- language, time, files ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".static"))
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
PAGES_KEPT_SECONDS = env.float("PAGES_KEPT_SECONDS", default=2)  # public pages, for visitors without a session
MEDIA_ROOT = env.str("MEDIA_ROOT")  # private: served only through a permission check
FONT_DIR = env.str("FONT_DIR", default="")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500  # a box to tick for each of the 2,000 people of an order
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@portal.invalid")
SMS_GATEWAY = env.str("SMS_GATEWAY", default="skilleval.core.sms.ConsoleGateway")
SMS_URL = env.str("SMS_URL", default="")  # these four for skilleval.core.sms.HttpGateway
SMS_KEY_ID = env.str("SMS_KEY_ID", default="")
SMS_SECRET = env.str("SMS_SECRET", default="")  # signs our requests and the gateway's receipts
SMS_SIGN = env.str("SMS_SIGN", default="")  # 短信签名

# --- transport and headers ----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "skilleval.journeys.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
