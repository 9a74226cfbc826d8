"""The app's own icon, as an address that holds it.

A named icon would be fetched from elsewhere, and a file would be read again at each press.
"""

from base64 import b64encode
from pathlib import Path

_FILE = Path(__file__).with_suffix(".png")
ICON = f"data:image/png;base64,{b64encode(_FILE.read_bytes()).decode()}"
