from embedlab.data.tokenizer import TextOptions
from embedlab.ui.views.training import controls
from embedlab.workflows.text_choice import TextChoice


def test_watched_words_are_folded_as_the_text_will_be() -> None:
    turkish = TextChoice("kingdom", options=TextOptions(locale="tr"))
    asked = controls.settings("word2vec", {}, turkish, "ISPARTA, İzmir; cafe\u0301 café", "Test")
    assert asked.watch == ("ısparta", "izmir", "café")
    cased = TextChoice("kingdom", options=TextOptions(lowercase=False))
    assert controls.settings("word2vec", {}, cased, "King d\u2019état", "Test").watch == ("King", "d'état")
