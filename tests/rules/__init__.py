"""Rules: the law in tables, and the judge."""
