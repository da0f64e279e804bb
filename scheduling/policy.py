"""Who may do what with batches, sessions and tickets (SPEC 12). Registered when the app starts."""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: See the batches, sessions, rooms and tickets of one's provider.
VIEW = "scheduling.view"
#: Plan sessions, assign rooms, publish, and keep venues and rooms.
SCHEDULE = "scheduling.schedule"
#: Note on the day who came and who didn't: whoever of the provider is on duty.
ATTEND = "scheduling.attend"

policy.grant(VIEW, *PROVIDER_ROLES)
policy.grant(SCHEDULE, Role.SCHEDULING)
policy.grant(ATTEND, *PROVIDER_ROLES)
