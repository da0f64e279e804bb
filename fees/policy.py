"""Who may do what with money (SPEC 12). Registered when the app starts."""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: Read the orders of one's provider.
VIEW = "fees.view"
#: Book a payment, take one back.
CONFIRM = "fees.confirm_payment"
#: Ask for a refund, record the bank's transfer; of somebody else's: approve it.
REFUND = "fees.refund"
#: Read the statements of one's provider's account, and import them.
STATEMENTS = "fees.statements"
#: Publish and change prices.
PRICES = "fees.prices"
#: Read what came to the account and what goes back, the ledger, overview and month-end statements; take those away.
BOOKS = "fees.books"

policy.grant(VIEW, *PROVIDER_ROLES)
policy.grant(CONFIRM, Role.FINANCE)
policy.grant(REFUND, Role.FINANCE)
policy.grant(STATEMENTS, Role.FINANCE)
policy.grant(PRICES, Role.FINANCE)
policy.grant(BOOKS, Role.FINANCE, Role.MANAGER)
