"""Addresses of the supervisors' part of taking over; the managers' is in the admin."""

from django.urls import URLPattern, path

from skilleval.journeys.takeover import views

ONE = "supervision/bans/<uuid:uuid>/"

urlpatterns: list[URLPattern] = [
    path("supervision/bans/", views.ban_loads, name="ban_loads"),
    path("supervision/bans/template/", views.ban_template, name="ban_template"),
    path(ONE, views.ban_load, name="ban_load"),
    path(f"{ONE}load/", views.ban_load_confirm, name="ban_load_confirm"),
    path(f"{ONE}discard/", views.ban_load_discard, name="ban_load_discard"),
    path(f"{ONE}report/", views.ban_load_report, name="ban_load_report"),
]
