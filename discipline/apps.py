"""The app's registration with Django."""

from django.apps import AppConfig


class DisciplineConfig(AppConfig):
    """Registers the app's policy and what it does when a day has come."""

    name = "discipline"
    label = "discipline"
    verbose_name = "违纪违规"

    def ready(self) -> None:
        from discipline import due, policy  # noqa: F401 - registered by being imported
