"""What gunicorn serves for a peer: its pages alone, behind the least of middlewares."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application


def minimal(urls: str) -> Any:
    """The WSGI application of a peer's module."""
    django.setup()
    from tests.bench.peers.pages import MIDDLEWARE

    settings.MIDDLEWARE, settings.ROOT_URLCONF = MIDDLEWARE, urls
    return get_wsgi_application()
