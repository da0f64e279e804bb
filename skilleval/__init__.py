"""The root. Celery's app is made with it, so that every process, the web's included, rings at the right broker."""

from skilleval.celery import app as celery_app

__all__ = ["celery_app"]
