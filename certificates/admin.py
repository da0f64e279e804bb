"""The app's pages in the admin."""

from certificates.admin_certificates import CertificateAdmin, NumberSchemeAdmin
from certificates.admin_marks import ResultSessionAdmin
from certificates.admin_results import ResultAdmin, ResultCorrectionAdmin

__all__ = ["CertificateAdmin", "NumberSchemeAdmin", "ResultAdmin", "ResultCorrectionAdmin", "ResultSessionAdmin"]
