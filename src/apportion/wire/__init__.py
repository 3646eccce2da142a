"""Message shapes: what goes over the wire, as msgspec structs. Loaded only where the extra ``service`` is installed."""
