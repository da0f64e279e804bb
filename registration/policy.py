"""Who may do what with applications (SPEC 12). Registered when the app starts."""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: Read the applications of one's provider.
VIEW = "registration.view"
#: Approve, return, reject, and record the signed original.
REVIEW = "registration.review"
#: Enter, review and hand in the groups of one's institution.
ENTER = "registration.enter"
#: Compare a document with the record that somebody claims (SPEC 5.8).
COMPARE = "registration.compare"
#: Say on which days a desk is closed.
DESK = "registration.desk"
#: Load business of one's provider that was begun before the portal.
TAKE_OVER = "registration.take_over"
#: Load bans that were decided before the portal, for every provider.
LOAD_BANS = "registration.load_bans"

policy.grant(VIEW, *PROVIDER_ROLES)
policy.grant(REVIEW, Role.REVIEWING)
policy.grant(ENTER, Role.OFFICER)
policy.grant(COMPARE, Role.REVIEWING, Role.ADMINISTRATOR)
policy.grant(DESK, Role.MANAGER, Role.REVIEWING)
policy.grant(TAKE_OVER, Role.MANAGER)
policy.grant(LOAD_BANS, Role.SUPERVISOR)
