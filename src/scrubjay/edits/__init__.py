"""The edits: one file of metadata and two expressions, one file of cases, per fault.

`scrubjay.edits.registry` discovers them; nothing else is touched to add one (see CONTRIBUTING.md).
"""
