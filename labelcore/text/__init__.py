"""What can be read off a text without a model's opinion: words, structure, and its embedding."""
