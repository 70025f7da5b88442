"""Readers of what people bring: one adapter a file."""
