"""A bank's statement, pure: what its rows say, and which orders its money is for (SPEC 6).

No database and no clock. `cells` reads amounts and days, `header` finds the columns, `account` whose account it is,
`movements` makes movements of rows, `balance` checks them against each other, `matching` finds their orders.
"""
