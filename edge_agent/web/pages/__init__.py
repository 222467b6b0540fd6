"""A page each: from the sources to a template."""
