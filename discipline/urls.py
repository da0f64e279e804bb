"""Addresses of misconduct."""

from django.urls import URLPattern, path

from discipline.views import case, clauses, deciding, evidence, own, report, steps, supervision

CASE = "cases/<uuid:uuid>/"
OWN = "my-cases/<uuid:uuid>/"

urlpatterns: list[URLPattern] = [
    path("misconduct/", clauses.misconduct_clauses, name="misconduct_clauses"),
    path("cases/report/", report.case_report, name="case_report"),
    path("cases/report/<uuid:uuid>/", report.case_report_on, name="case_report_on"),
    path(CASE, case.case_page, name="case_page"),
    path(f"{CASE}notify/", steps.case_notify, name="case_notify"),
    path(f"{CASE}hear/", steps.case_hear, name="case_hear"),
    path(f"{CASE}propose/", steps.case_propose, name="case_propose"),
    path(f"{CASE}serve/", steps.case_serve, name="case_serve"),
    path(f"{CASE}appeal/", steps.case_appeal_record, name="case_appeal_record"),
    path(f"{CASE}evidence/", steps.case_evidence, name="case_evidence"),
    path(f"{CASE}confirm/", deciding.case_confirm, name="case_confirm"),
    path(f"{CASE}change/", deciding.case_change, name="case_change"),
    path(f"{CASE}return/", deciding.case_return, name="case_return"),
    path(f"{CASE}dismiss/", deciding.case_dismiss, name="case_dismiss"),
    path(f"{CASE}uphold/", deciding.case_uphold, name="case_uphold"),
    path(f"{CASE}lighten/", deciding.case_lighten, name="case_lighten"),
    path(f"{CASE}lift/", deciding.case_lift, name="case_lift"),
    path(f"{CASE}suspend/", deciding.case_suspend, name="case_suspend"),
    path("case-evidence/<int:pk>/", evidence.case_evidence_file, name="case_evidence_file"),
    path("case-evidence/<int:pk>/<int:page>/", evidence.case_evidence_page, name="case_evidence_page"),
    path("decisions/<uuid:uuid>/letter/", evidence.decision_letter, name="decision_letter"),
    path("decisions/<uuid:uuid>/lifting/", evidence.lifting_letter, name="lifting_letter"),
    path("supervision/", supervision.supervision, name="supervision"),
    path(OWN, own.my_case, name="my_case"),
    path(f"{OWN}defence/", own.my_case_defence, name="my_case_defence"),
    path(f"{OWN}receipt/", own.my_case_receipt, name="my_case_receipt"),
    path(f"{OWN}appeal/", own.my_case_appeal, name="my_case_appeal"),
]
