"""Who may do what with money (SPEC 12). Registered when the app starts."""

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.policy import policy

#: Read the orders of one's provider.
VIEW = "fees.view"
#: Book a payment.
CONFIRM = "fees.confirm_payment"
#: Publish and change prices.
PRICES = "fees.prices"

policy.grant(VIEW, *PROVIDER_ROLES)
policy.grant(CONFIRM, Role.FINANCE)
policy.grant(PRICES, Role.FINANCE)
