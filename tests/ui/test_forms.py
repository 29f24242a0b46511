"""A form made from a settings class."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from embedlab.models.word2vec import Word2VecConfig
from embedlab.workflows import train


def script(tokens: int = 0) -> None:
    import streamlit as st

    from embedlab.models.word2vec import Word2VecConfig
    from embedlab.ui import forms
    from embedlab.workflows import train

    start = train.by_size(Word2VecConfig, st.session_state.get("tokens", 0))
    st.json(forms.settings_form(Word2VecConfig, "f_", first=("dim", "epochs"), defaults=start, without=("algorithm",)))


def form(**query: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app


def values(app: AppTest) -> dict[str, object]:
    import json

    assert not app.exception
    found: dict[str, object] = json.loads(app.json[0].value)
    return found


def test_every_field_has_a_widget_with_its_help_bounds_and_default() -> None:
    import dataclasses

    from embedlab.models.word2vec import Word2VecConfig

    app = form().run()
    expected = {item.name: item.default for item in dataclasses.fields(Word2VecConfig) if item.name != "algorithm"}
    assert values(app) == expected
    dim = app.number_input(key="f_dim")
    assert (dim.label, dim.min, dim.max, dim.step) == ("Dimensions", 1, 2000, 1)
    assert dim.help == Word2VecConfig.__dataclass_fields__["dim"].metadata["help"]
    assert app.number_input(key="f_alpha").value == 0.025
    assert app.toggle(key="f_hs").value is False
    Word2VecConfig.from_dict(values(app))


def test_the_less_important_fields_wait_in_a_fold_out() -> None:
    app = form().run()
    (more,) = app.expander
    assert {item.key for item in more.number_input} >= {"f_alpha", "f_seed"}
    assert "f_dim" not in {item.key for item in more.number_input}


def test_the_address_sets_a_field_and_nonsense_gives_way_to_the_default() -> None:
    assert values(form(f_dim="33").run())["dim"] == 33
    assert values(form(f_dim="-4").run())["dim"] == 100
    assert values(form(f_dim="abc").run())["dim"] == 100


def test_untouched_fields_follow_the_size_of_the_text_and_touched_ones_stay() -> None:
    app = form().run()
    app.number_input(key="f_dim").set_value(7).run()
    app.session_state["tokens"] = 200_000
    app.run()
    assert values(app)["dim"] == 7
    assert values(app)["epochs"] == 13
    assert values(app)["min_count"] == 3


def test_defaults_by_size_are_valid_settings() -> None:
    from embedlab import families, registry

    for family in families.families():
        if family.here:
            config = registry.model_class(family.key).config_class
            for tokens in (0, 1, 120, 5_000, 60_000, 300_000, 2_000_000, 50_000_000):
                config.from_dict(train.by_size(config, tokens))


def test_a_text_of_few_different_words_is_hardly_thinned() -> None:
    few, many = (train.by_size(Word2VecConfig, 200_000, types) for types in (900, 30_000))
    assert (few["sample"], few["window"]) == (0.01, 3)
    assert (many["sample"], many["window"]) == (0.001, 5)


def test_contextual_models_are_small_where_the_text_is() -> None:
    from embedlab import registry

    for key in ("elmo", "flair", "bert"):
        config = registry.model_class(key).config_class
        small, large = (train.by_size(config, tokens, 923) for tokens in (200_000, 50_000_000))
        assert large == config().to_dict()
        assert small["epochs"] < large["epochs"] <= 5 and small["batch_size"] < large["batch_size"]
        assert small.get("hidden", 0) <= large.get("hidden", 0)
    elmo = registry.model_class("elmo").config_class
    few, many = (train.by_size(elmo, 200_000, types) for types in (923, 30_000))
    assert (few["hidden"], few["samples"], many["samples"]) == (128, 0, 2048)  # 923 words need no sampling
