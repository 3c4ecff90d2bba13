"""The linter of connector packages: names each fault of a folder, with the file, the place and what to do."""
