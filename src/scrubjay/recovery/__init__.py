"""From the payer's answer to the money: match, cause, remedy, deadline, order of work, what was learned.

The deciding half reads `scrubjay.tables.recovery.ANSWERED_LINES` and gives `DECISIONS`; every step is a pure
function over frames, and whatever a person can overrule or a contract decides is data.
"""
