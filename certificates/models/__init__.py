"""Marks as they are entered, results as they are published, certificates as they are issued (SPEC 9)."""

from certificates.models.certificates import Certificate, CertificateLog, CertificateRequest, NumberScheme
from certificates.models.marks import MarkCancellation, MarkEntry, MarkSheet, MarkSheetLog, ResultSession
from certificates.models.results import Publication, Result, ResultCorrection, ResultHold, ResultMark

__all__ = [
    "Certificate",
    "CertificateLog",
    "CertificateRequest",
    "MarkCancellation",
    "MarkEntry",
    "MarkSheet",
    "MarkSheetLog",
    "NumberScheme",
    "Publication",
    "Result",
    "ResultCorrection",
    "ResultHold",
    "ResultMark",
    "ResultSession",
]
