"""The app's registration with Django."""

from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "fees"
    label = "fees"
    verbose_name = "收费"
