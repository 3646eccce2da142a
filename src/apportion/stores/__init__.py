"""Where tasks are kept. A new store is one module here, one line in the catalog, and a green conformance suite."""
