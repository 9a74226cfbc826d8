"""The steps of the loop, each knowing only earlier ones; it stores or returns models and shows nothing."""
