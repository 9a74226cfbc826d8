"""The app's door: a few routes beside the pages, as thin as a page.

``/healthz`` says that the process lives; ``/labelcore/operations`` runs an operation for who knows
the secret that the app left beside the database. Every answer carries strict security headers.
"""

from labelcore.api.door import lifespan
from labelcore.api.headers import middleware
from labelcore.api.routes import routes

__all__ = ["lifespan", "middleware", "routes"]
