"""Ways to other machines."""
