"""FHIR R4: bundles and NDJSON of a chart to documents and events. Read as plain JSON: tolerant of what is not used."""
