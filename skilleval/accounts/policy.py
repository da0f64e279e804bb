"""Who may do what with accounts, reference data and the portal's own running (SPEC 12). Registered when the app starts.

Actions of core and catalogue are granted here, because roles are unknown to their left.
"""

from skilleval.accounts.enums import ADMIN_ROLES, Role
from skilleval.core.policy import policy

#: See providers, occupations, offerings and notices in the admin.
CATALOGUE_VIEW = "catalogue.view"
#: Change the terms, contacts and offerings of one's provider.
CATALOGUE_MANAGE = "catalogue.manage"
#: Change reference data: notices, occupations, rules, holidays, the list of providers.
CATALOGUE_REFERENCE = "catalogue.reference"
#: See accounts and institutions.
ACCOUNTS_VIEW = "accounts.view"
#: See who holds which role at one's provider.
MEMBERS_VIEW = "accounts.members"
#: Give and take roles: which ones, the next two say.
MEMBERS_MANAGE = "accounts.manage_members"
#: Give and take the roles at one's provider.
MEMBERS_OWN = "accounts.manage_own_members"
#: Appoint managers, and whoever works for no provider.
MEMBERS_APPOINT = "accounts.appoint"
#: Approve institutions or say why not, suspend and reinstate them.
INSTITUTIONS_DECIDE = "accounts.decide_institutions"
#: Invite officers of an institution and remove them; the administrator does it where no officer is left who could.
OFFICERS_MANAGE = "accounts.manage_officers"
#: See the messages of one's provider before and after they leave; hold, change, release and drop them.
MESSAGES = "accounts.messages"
#: Word the messages of one's provider anew, and say which wait for a person.
MESSAGES_WORD = "accounts.word_messages"

policy.grant(CATALOGUE_VIEW, *ADMIN_ROLES)
policy.grant(CATALOGUE_MANAGE, Role.MANAGER, Role.ADMINISTRATOR)
policy.grant(CATALOGUE_REFERENCE, Role.ADMINISTRATOR)
policy.grant(ACCOUNTS_VIEW, Role.ADMINISTRATOR)
policy.grant(MEMBERS_VIEW, Role.MANAGER, Role.ADMINISTRATOR)
policy.grant(MEMBERS_MANAGE, Role.MANAGER, Role.ADMINISTRATOR)
policy.grant(MEMBERS_OWN, Role.MANAGER)
policy.grant(MEMBERS_APPOINT, Role.ADMINISTRATOR)
policy.grant(INSTITUTIONS_DECIDE, Role.ADMINISTRATOR)
policy.grant(OFFICERS_MANAGE, Role.OFFICER, Role.ADMINISTRATOR)
policy.grant(MESSAGES, Role.MANAGER, Role.REVIEWING)
policy.grant(MESSAGES_WORD, Role.MANAGER)
policy.grant("core.view_jobs", Role.ADMINISTRATOR)
policy.grant("core.release_jobs", Role.ADMINISTRATOR)
policy.grant("core.view_audit", Role.ADMINISTRATOR)
