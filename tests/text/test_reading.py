"""In which language a text is."""

import pytest

from labelcore.text.reading import language_of, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Order 1000 arrives tomorrow, I promise. Your refund of 30 EUR is on its way.", "en"),
        ("What happened there should not happen again, so said whoever answered last week in Rome.", "en"),
        ("Ihre Bestellung kommt morgen an, und das Geld ist in zehn Tagen wieder auf dem Konto.", None),
        ("Votre commande arrive demain et le remboursement sera fait dans les dix jours qui suivent.", None),
        ("Uw bestelling komt morgen aan en het geld staat binnen tien dagen weer op de rekening.", None),
        ("Su pedido llega mañana y el reembolso se hará en los diez días siguientes, gracias.", None),
        ("订单已经寄出。", "zh"),
        ("42", None),
        ("Der the-end Film lief gestern im Kino und war lang, but laut, x y z.", None),
        ("Что-то on the way.", "en"),
        ("a,b;the,c;d,e;f,g;h,i;j,k;l,m;n", "en"),
    ],
)
def test_a_short_text_shows_its_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_a_look_at_the_language_of_many_texts_keeps_none_of_them() -> None:
    before = words.cache_info().currsize
    assert language_of("Ihre Bestellung Nummer 4711 kommt morgen an, und das Geld ist wieder da.") is None
    assert words.cache_info().currsize == before
