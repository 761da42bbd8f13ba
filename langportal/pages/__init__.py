"""The HTML pages of the product."""
