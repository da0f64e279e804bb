"""The app's registration with Django."""

from django.apps import AppConfig


class DisciplineConfig(AppConfig):
    """Registers the app's policy, what it does when a day has come, its link at the door, and what bars a move."""

    name = "discipline"
    label = "discipline"
    verbose_name = "违纪违规"

    def ready(self) -> None:
        from discipline import due, policy  # noqa: F401 - registered by being imported
        from discipline.door import cases_from_rooms, report_link
        from scheduling import bars, door_links

        door_links.offer("discipline.report", report_link)
        bars.offer("discipline.cases", cases_from_rooms)
