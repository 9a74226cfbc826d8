"""The board of codes: one component without an iframe, on which codes are merged and quotes moved.

A page stores what came before it draws, because what is stored is acknowledged::

    done, refused = store(received(KEY))
    code_board(codes, undo=last, done=done, refused=refused, key=KEY)
"""

from pages.widgets.code_board.component import code_board, received
from pages.widgets.code_board.contract import BoardAct, BoardCode, BoardQuote, read_acts

__all__ = ["BoardAct", "BoardCode", "BoardQuote", "code_board", "read_acts", "received"]
