"""What we say: the running bot."""
