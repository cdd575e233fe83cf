"""What is published: where it comes from, and how to tell one thing from another."""
