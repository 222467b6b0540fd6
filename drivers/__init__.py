"""One folder a device kind; found by name, imported only when configured."""
