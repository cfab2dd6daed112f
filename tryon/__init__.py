"""tryon: virtual try-on, from versioned data to a served, gated model."""
