"""One claim line against its chart: which statements are about it, and what they amount to."""
