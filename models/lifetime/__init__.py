"""How long customers stay or go on buying, and what they bring until then."""
