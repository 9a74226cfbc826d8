"""Making judges: proposed from grades, written as checks, put together as panels and cascades."""
