"""From the text of a note to what it states, each value with its exact span; no network, no model."""
