"""What we remember. Plain synchronous Python; every function takes `db` first."""
