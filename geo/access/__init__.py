"""Who may change the data: the operator's token, sign-in links, sessions, delays after wrong secrets. No HTTP."""
