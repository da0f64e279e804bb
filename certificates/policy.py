"""Who may do what with marks, results and certificates (SPEC 12). Registered when the app starts.

Where four eyes are needed the services ask for two people as well; a role alone never suffices.
"""

from skilleval.accounts.enums import Role
from skilleval.core.policy import policy

#: See the mark sheets and results of one's provider.
VIEW_MARKS = "certificates.view_marks"
#: Enter, confirm and publish marks, propose and accept corrections, record recognised scores.
MARK = "certificates.mark"
#: See the certificates of one's provider.
VIEW_CERTIFICATES = "certificates.view"
#: Review, number, print, replace and void certificates.
CERTIFY = "certificates.certify"

policy.grant(VIEW_MARKS, Role.RESULTS, Role.MANAGER)
policy.grant(MARK, Role.RESULTS)
policy.grant(VIEW_CERTIFICATES, Role.CERTIFICATES, Role.RESULTS, Role.MANAGER)
policy.grant(CERTIFY, Role.CERTIFICATES)
