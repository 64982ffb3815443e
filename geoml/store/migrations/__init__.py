"""How the operations database came to its form, one file a step."""
