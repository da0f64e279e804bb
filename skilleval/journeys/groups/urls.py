"""Addresses of group applications, the officers' side."""

from django.urls import URLPattern, path

from skilleval.journeys.groups import (
    downloads,
    handing_in,
    members,
    mending,
    moving,
    orders,
    passing,
    people,
    report,
    tickets,
    uploads,
    views,
)

GROUP = "groups/<uuid:uuid>"
ROW = f"{GROUP}/people/<uuid:row>"

urlpatterns: list[URLPattern] = [
    path("groups/", views.group_list, name="group_list"),
    path("groups/open/", views.group_open, name="group_open"),
    path(f"{GROUP}/", views.group_detail, name="group_detail"),
    path(f"{GROUP}/template.xlsx", downloads.group_template, name="group_template"),
    path(f"{GROUP}/files/", uploads.roster_status, name="roster_status"),
    path(f"{GROUP}/files/rosters/", uploads.roster_upload, name="roster_upload"),
    path(f"{GROUP}/files/photos/", uploads.photos_upload, name="photos_upload"),
    path(f"{GROUP}/people/", report.group_report, name="group_report"),
    path(f"{GROUP}/people/returned.xlsx", downloads.group_returned_book, name="group_returned_book"),
    path(f"{GROUP}/people/add/", people.person_add, name="person_add"),
    path(f"{GROUP}/people/remove/", people.rows_remove, name="rows_remove"),
    path(f"{ROW}/", members.group_member, name="group_member"),
    path(f"{ROW}/mend/", mending.row_mend, name="row_mend"),
    path(f"{ROW}/cells/<slug:column>/", mending.row_cell, name="row_cell"),
    path(f"{ROW}/photo/", mending.row_photo, name="row_photo"),
    path(f"{ROW}/photo/file/", mending.row_photo_file, name="row_photo_file"),
    path(f"{ROW}/form.pdf", members.member_form, name="member_form"),
    path(f"{ROW}/seat/", members.member_seat, name="member_seat"),
    path(f"{ROW}/withdraw/", members.member_withdraw, name="member_withdraw"),
    path(f"{GROUP}/pass/", passing.group_pass, name="group_pass"),
    path(f"{GROUP}/submit/", handing_in.group_submit, name="group_submit"),
    path(f"{GROUP}/submit/draft.pdf", downloads.group_draft, name="group_draft"),
    path(f"{GROUP}/move/", moving.group_move, name="group_move"),
    path(f"{GROUP}/submissions/<int:number>/", handing_in.group_submission, name="group_submission"),
    path(f"{GROUP}/submissions/<int:number>/summary.pdf", downloads.group_summary, name="group_summary"),
    path(f"{GROUP}/submissions/<int:number>/forms-<int:part>.pdf", downloads.group_forms, name="group_forms"),
    path(f"{GROUP}/submissions/<int:number>/city.xlsx", downloads.group_city, name="group_city"),
    path(f"{GROUP}/submissions/<int:number>/reference/", handing_in.group_reference, name="group_reference"),
    path(f"{GROUP}/receipts/<uuid:receipt>.pdf", downloads.group_receipt, name="group_receipt"),
    path(f"{GROUP}/seats.pdf", downloads.group_seats, name="group_seats"),
    path(f"{GROUP}/tickets/", tickets.group_tickets, name="group_tickets"),
    path(f"{GROUP}/order/", orders.group_order, name="group_order"),
]
