"""What the facade is made of, under the paths programs import."""
