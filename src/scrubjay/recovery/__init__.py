"""From the payer's answer to the money: match, classify, choose the remedy, keep the deadline, write the papers."""
