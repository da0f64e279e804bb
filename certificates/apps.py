"""The app's registration with Django."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the app's policy, jobs, what it does when a day has come, and what bars moving a session."""

    name = "certificates"
    label = "certificates"
    verbose_name = "成绩与证书"

    def ready(self) -> None:
        from certificates import due, policy  # noqa: F401 - registered by being imported
        from certificates.queries.opened import marks_opened
        from scheduling import bars

        bars.offer("certificates.marks", marks_opened)
