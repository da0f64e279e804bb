"""Who may do what with misconduct (SPEC 10, 12). Registered when the app starts.

Whoever reported, proposed or witnessed never decides: the services see to that, whatever the roles.
"""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: Report an incident at one's provider: anybody who works there may be on duty in a room.
REPORT = "discipline.report"
#: Read the cases of one's provider; supervisors read all.
VIEW = "discipline.view"
#: Tell the candidate, hear them, and propose a decision for one's provider.
PROPOSE = "discipline.propose"
#: Decide cases, their appeals, and lift decisions; at every provider.
DECIDE = "discipline.decide"

policy.grant(REPORT, *PROVIDER_ROLES)
policy.grant(VIEW, Role.MANAGER, Role.REVIEWING, Role.SCHEDULING, Role.SUPERVISOR)
policy.grant(PROPOSE, Role.MANAGER, Role.SCHEDULING)
policy.grant(DECIDE, Role.SUPERVISOR)
