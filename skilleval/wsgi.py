"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skilleval.settings")
application = get_wsgi_application()

from skilleval.core import startup  # noqa: E402 - needs the apps that the line above loads

startup.verify_if_reachable()
