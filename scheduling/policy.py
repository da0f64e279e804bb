"""Who may do what with batches, sessions and tickets (SPEC 12). Registered when the app starts."""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: See the batches, sessions, rooms and tickets of one's provider.
VIEW = "scheduling.view"
#: Plan sessions, assign rooms, publish, and keep venues and rooms.
SCHEDULE = "scheduling.schedule"

policy.grant(VIEW, *PROVIDER_ROLES)
policy.grant(SCHEDULE, Role.SCHEDULING)
