"""The command line: reads arguments, calls `scrubjay.api`, prints the answer. It judges nothing."""
