"""One module a noun: its queries, and the mapping between rows and records. Imported by `viesti.storage`
alone."""
