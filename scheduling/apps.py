"""The app's registration with Django."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Registers the app's policy, jobs and what it does when a day has come."""

    name = "scheduling"
    label = "scheduling"
    verbose_name = "排考"

    def ready(self) -> None:
        from scheduling import due, jobs, policy  # noqa: F401 - registered by being imported
