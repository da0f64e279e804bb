"""What the admin's front page asks for."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext

from skilleval.core import clock
from skilleval.journeys.desk.today import Task, duties_of, tasks_of

register = template.Library()


@register.simple_tag(takes_context=True)
def today_tasks(context: RequestContext) -> list[Task]:
    """What awaits the user today."""
    return tasks_of(context["user"], clock.today())


@register.simple_tag(takes_context=True)
def today_duties(context: RequestContext) -> list[tuple[str, str]]:
    """Where the user goes when on duty in an exam."""
    return duties_of(context["user"])
