"""Documentation: does the chart support the line? Asked by `scrubjay audit`, where charts are given."""
