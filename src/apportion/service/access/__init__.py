"""Who may call: tokens, the sessions of browsers, and what each caller may see."""
