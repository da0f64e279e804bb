"""The app's pages in the admin."""

from certificates.admin_marks import ResultSessionAdmin
from certificates.admin_results import ResultAdmin, ResultCorrectionAdmin

__all__ = ["ResultAdmin", "ResultCorrectionAdmin", "ResultSessionAdmin"]
