"""What a list of applications says of their results: annotations for a queryset, never a look-up per row."""

from django.db.models import Exists, OuterRef, Subquery

from certificates.enums import CertificateState
from certificates.models import Certificate, Result


def passed() -> Subquery:
    """For a queryset of applications: whether the version that counts is a pass; None before publication."""
    return Subquery(Result.objects.filter(application=OuterRef("pk")).order_by("-version").values("passed")[:1])


def has_certificate() -> Exists:
    """For a queryset of applications: whether a certificate is in force (the tag 已发证)."""
    return Exists(Certificate.objects.filter(application=OuterRef("pk"), state=CertificateState.ISSUED))
