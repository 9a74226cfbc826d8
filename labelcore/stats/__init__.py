"""Pure numbers, no input or output. Undefined is None with a reason, never 0."""
