"""``python -m labelcore`` is the same as ``labelcore``."""

from labelcore.cli import main

main()
