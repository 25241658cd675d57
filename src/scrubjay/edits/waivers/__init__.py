"""Waivers: they are judged too, so that none is forgotten."""
