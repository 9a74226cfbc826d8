"""What is known of judges: their versions, the schema and fields, staleness, summaries, names."""
