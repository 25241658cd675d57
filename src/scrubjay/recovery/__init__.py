"""From the payer's answer to the money: read it, match it, find the cause, choose the way back, watch the result."""
