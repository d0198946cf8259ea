"""How the server is, told to those who watch it."""
