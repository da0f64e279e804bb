"""Addresses."""

from django.urls import path

from scheduling import views, views_bundles, views_door

urlpatterns = [
    path("door/", views_door.door, name="door"),
    path("tickets/bundles/<uuid:uuid>/", views_bundles.ticket_bundle, name="ticket_bundle"),
    path("tickets/<uuid:uuid>/", views.ticket_page, name="ticket_page"),
    path("tickets/<uuid:uuid>/pdf/", views.ticket_pdf, name="ticket_pdf"),
    path("tickets/<uuid:uuid>/calendar.ics", views.ticket_calendar, name="ticket_calendar"),
    path("tickets/<uuid:uuid>/check/", views_door.ticket_check, name="ticket_check"),
]
