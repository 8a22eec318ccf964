"""What all peers' projects have in common: a plain Django project on the same server, on a database of its own."""

import os

import dj_database_url

SECRET_KEY = "only-for-benchmarks"
ALLOWED_HOSTS = ["testserver"]
PEER = os.environ["DJANGO_SETTINGS_MODULE"].rsplit(".", 2)[1]
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_OWNER_URL"], conn_max_age=60)}
DATABASES["default"]["NAME"] = f"bench_{PEER}_{os.getpid()}"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    f"benchmarks.peers.{PEER}",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the password would hide the difference
ROOT_URLCONF = "benchmarks.peers.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"sign_in.html": "{{ form }}"})]},
    }
]
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
