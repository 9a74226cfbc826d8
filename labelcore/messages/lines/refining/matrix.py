"""What came of trying many prompts, models and numbers of examples together."""

from collections.abc import Iterator

from labelcore.messages import money_words, rate_words, sentence
from labelcore.messages.catalogue import say
from labelcore.messages.lines.refining.comparing import troubles
from labelcore.messages.results import lines
from labelcore.stages.refining.matrix import Cell, Matrix


@lines("judge prompt matrix")
def matrix(report: Matrix) -> Iterator[str]:
    for at, cell in enumerate(report.cells):
        yield f"{'→' if at == report.chosen else ' '} {cell_words(cell)}"
    yield sentence(report.says)
    if looks_words := sentence(report.looks.says):
        yield looks_words
    yield say("It took {seconds:,.0f} s: {money}.", report, money=money_words(report.cost_usd))
    yield from troubles(report)


def cell_words(cell: Cell) -> str:
    """One combination and what came of it."""
    name = say("v{version}, {model}, {n} examples of each", cell, n=cell.shown)
    if cell.rates is None:
        why = cell.trouble or say(cell.state)
        return say("{name}: not tried ({why})", name=name, why=why)
    return say(
        "{name}: finds {catches} of the bad outputs, passes {keeps} of the good ones; {verdict}",
        name=name,
        catches=rate_words(cell.rates.tnr),
        keeps=rate_words(cell.rates.tpr),
        verdict=say(cell.trial.change.verdict if cell.trial else cell.state),
    )
