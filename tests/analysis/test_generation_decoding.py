"""Temperature, top-k and nucleus: the worked example, the limits, and Hugging Face's warpers."""

import numpy as np
import pytest

from embedlab.analysis.generation import Decoding, allowed, reshaped
from embedlab.base import BadInput, BadSetting

EXAMPLE = np.array([0.1, 0.4, 0.05, 0.25, 0.2])  # by rank: 1 (0.4), 3 (0.25), 4 (0.2), 0 (0.1), 2 (0.05)


def kept(**settings: float) -> list[int]:
    return np.flatnonzero(reshaped(EXAMPLE, Decoding(**settings))).tolist()


def test_top_k_keeps_exactly_the_k_likeliest_and_scales_them() -> None:
    assert kept(top_k=2) == [1, 3]
    np.testing.assert_allclose(reshaped(EXAMPLE, Decoding(top_k=2)), [0, 0.4 / 0.65, 0, 0.25 / 0.65, 0])
    assert kept(top_k=50) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("share", "tokens"),
    [(0.3, [1]), (0.4, [1]), (0.41, [1, 3]), (0.65, [1, 3]), (0.8, [1, 3, 4]), (1.0, [0, 1, 2, 3, 4])],
)
def test_the_nucleus_is_the_smallest_set_that_holds_the_share(share: float, tokens: list[int]) -> None:
    assert kept(top_p=share) == tokens


def test_the_nucleus_is_taken_from_what_top_k_left() -> None:
    assert kept(top_k=3, top_p=0.7) == [1, 3]  # 0.4 of 0.85 is 47 %, 0.65 of 0.85 is 76 %


def test_equally_likely_tokens_are_kept_from_the_front() -> None:
    assert np.flatnonzero(reshaped(np.full(5, 0.2), Decoding(top_k=2))).tolist() == [0, 1]


def test_temperature_two_takes_square_roots() -> None:
    roots = np.sqrt(EXAMPLE)
    np.testing.assert_allclose(reshaped(EXAMPLE, Decoding(temperature=2.0)), roots / roots.sum())


def test_the_limits_of_temperature() -> None:
    np.testing.assert_allclose(reshaped(EXAMPLE, Decoding(temperature=1.0)), EXAMPLE)
    assert reshaped(EXAMPLE, Decoding(temperature=0.0)).tolist() == [0, 1, 0, 0, 0]
    np.testing.assert_allclose(reshaped(EXAMPLE, Decoding(temperature=0.001)), [0, 1, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(reshaped(EXAMPLE, Decoding(temperature=100.0)), np.full(5, 0.2), atol=0.005)


@pytest.mark.parametrize(("temperature", "k", "p"), [(0.7, 0, 0.9), (1.3, 40, 1.0), (1.0, 30, 0.8), (2.0, 0, 0.5)])
def test_it_keeps_what_hugging_face_keeps(temperature: float, k: int, p: float) -> None:
    torch = pytest.importorskip("torch")
    warpers = pytest.importorskip("transformers.generation.logits_process")
    probabilities = np.random.default_rng(3).dirichlet(np.full(200, 0.3))
    scores = torch.tensor(np.log(probabilities))[None]
    scores = warpers.TemperatureLogitsWarper(temperature)(None, scores)
    if k:
        scores = warpers.TopKLogitsWarper(k)(None, scores)
    if p < 1:
        scores = warpers.TopPLogitsWarper(p)(None, scores)
    expected = torch.softmax(scores, -1)[0].numpy()
    np.testing.assert_allclose(
        reshaped(probabilities, Decoding(temperature=temperature, top_k=k, top_p=p)), expected, atol=1e-9
    )


def test_the_unknown_word_is_struck_out() -> None:
    vocabulary = ["a", "<unk>", "</s>"]
    assert allowed(np.array([0.2, 0.5, 0.3]), vocabulary, unknown=False).tolist() == [0.2, 0.0, 0.3]
    assert allowed(np.array([0.2, 0.5, 0.3]), vocabulary, unknown=True).tolist() == [0.2, 0.5, 0.3]
    with pytest.raises(BadInput, match="impossible"):
        allowed(np.array([0.0, 1.0, 0.0]), vocabulary, unknown=False)


@pytest.mark.parametrize("bad", [{"temperature": -1.0}, {"top_p": 0.0}, {"top_k": -1}, {"length": 0}])
def test_settings_that_make_no_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(BadSetting):
        Decoding(**bad)
