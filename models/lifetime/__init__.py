"""Retention and lifetime value from published models, beside the engine's own base."""
