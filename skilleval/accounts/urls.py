"""Addresses. Signing up and in is allauth's."""

from django.urls import path

from skilleval.accounts.views import institutions, officers

urlpatterns = [
    path("institutions/", institutions.institution_home, name="institution_home"),
    path("institutions/register/", institutions.institution_register, name="institution_register"),
    path("institutions/<uuid:uuid>/", institutions.institution_detail, name="institution_detail"),
    path("institutions/<uuid:uuid>/correct/", institutions.institution_correct, name="institution_correct"),
    path("institutions/<uuid:uuid>/contact/", institutions.institution_contact, name="institution_contact"),
    path("institutions/<uuid:uuid>/licence/", institutions.institution_licence, name="institution_licence"),
    path("institutions/<uuid:uuid>/invite/", officers.officer_invite, name="officer_invite"),
    path(
        "institutions/<uuid:uuid>/invitations/<int:pk>/revoke/",
        officers.officer_invitation_revoke,
        name="officer_invitation_revoke",
    ),
    path("institutions/<uuid:uuid>/officers/<int:pk>/remove/", officers.officer_remove, name="officer_remove"),
    path("institutions/<uuid:uuid>/leave/", officers.officer_leave, name="officer_leave"),
    path("invitations/<uuid:uuid>/", officers.invitation, name="invitation"),
]
