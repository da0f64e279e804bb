"""Addresses of applying and of what becomes of it."""

from django.urls import URLPattern, path

from skilleval.journeys.applying import again, appointments, conditions, files, reinstating, seat_need, steps, views

urlpatterns: list[URLPattern] = [
    path("accounts/after-login/", views.after_login, name="after_login"),
    path("apply/<int:pk>/", views.apply_start, name="apply_start"),
    path("applications/", views.my_applications, name="my_applications"),
    path("applications/<uuid:uuid>/", views.application_detail, name="application_detail"),
    path("applications/<uuid:uuid>/credits/", again.application_credits, name="application_credits"),
    path("applications/<uuid:uuid>/clause/", steps.application_clause, name="application_clause"),
    path("applications/<uuid:uuid>/evidence/", steps.application_evidence, name="application_evidence"),
    path("applications/<uuid:uuid>/conditions/", conditions.application_conditions, name="application_conditions"),
    path("applications/<uuid:uuid>/appointment/", appointments.application_appointment, name="application_appointment"),
    path("applications/<uuid:uuid>/appointment.ics", appointments.appointment_calendar, name="appointment_calendar"),
    path("applications/<uuid:uuid>/seat/", seat_need.application_seat, name="application_seat"),
    path("applications/<uuid:uuid>/rules/", steps.application_rules, name="application_rules"),
    path("applications/<uuid:uuid>/submit/", steps.application_submit, name="application_submit"),
    path("applications/<uuid:uuid>/withdraw/", views.application_withdraw, name="application_withdraw"),
    path("applications/<uuid:uuid>/reinstate/", reinstating.application_reinstate, name="application_reinstate"),
    path("applications/<uuid:uuid>/form.pdf", files.application_form_pdf, name="application_form_pdf"),
    path("evidence/<int:pk>/", files.evidence_file, name="evidence_file"),
]
