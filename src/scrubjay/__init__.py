"""scrubjay: bills drugs right the first time and gets back what was denied."""

__version__ = "0.1.0"
