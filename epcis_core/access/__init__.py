"""Who may do what, and who may see what: roles, rights, and the rule of visibility."""
