"""Who may do what here: accounts, sessions, roles, and the record of what was changed."""
