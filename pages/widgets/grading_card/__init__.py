"""The grading card: one component without an iframe that owns keys, queue and display.

A page uses it in three lines, in this order, because what is acknowledged must be stored first::

    acknowledged = store(received(KEY))            # durable, idempotent by client_id
    news = next_items(acknowledged)                # read after storing
    late = grading_card(news, key=KEY)

``late`` holds what ``received`` could not yet see (the first run of a new session); storing it at
once is welcome, and leaving it is safe: the browser sends again whatever is not acknowledged.
"""

from pages.widgets.grading_card.component import PressRoute, grading_card, received

__all__ = ["PressRoute", "grading_card", "received"]
