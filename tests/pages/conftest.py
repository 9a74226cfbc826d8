"""Pages are no installed package: Streamlit finds them beside app.py, and so do the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
