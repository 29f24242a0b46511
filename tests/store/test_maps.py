import numpy as np
import pytest

from embedlab.analysis.projection import Projection, project
from embedlab.base import BadModel, BadSetting
from embedlab.store import maps, results
from embedlab.store.maps import SHIPPED, MapSettings

MATRIX = np.random.default_rng(0).normal(size=(30, 6)).astype(np.float32)


@pytest.fixture
def quick(monkeypatch):
    """PCA in UMAP's place, which takes seconds to compile."""
    monkeypatch.setattr(maps, "project", lambda matrix, method, dims, *_, **__: project(matrix, "pca", dims))


def test_a_model_opens_with_the_map_that_was_written_for_it(lab, quick):
    folder = lab / "starters" / "word2vec"
    from embedlab import registry

    model = registry.load_model("word2vec")
    path = maps.write(folder, words=20)
    found = maps.shipped(folder, model.words[:20], SHIPPED)
    expected = project(model.matrix[:20], "pca")
    assert path == folder / "map.safetensors"
    np.testing.assert_array_equal(found.points, expected.points)
    assert found.trustworthiness == expected.trustworthiness
    assert registry.load_model("word2vec").words == model.words
    assert maps.shipped(folder, model.words[1:21], SHIPPED) is None
    assert maps.shipped(folder, model.words[:20], MapSettings(dims=3)) is None


def test_a_computed_map_is_found_by_its_content(lab_home):
    result, settings = project(MATRIX, "pca", 3), MapSettings("pca", 3)
    name = maps.key(MATRIX, settings)
    assert maps.computed(name) is None
    maps.keep(name, result, settings)
    again = maps.computed(name)
    np.testing.assert_array_equal(again.points, result.points)
    assert (again.trustworthiness, again.trusted_on, again.explained) == (
        result.trustworthiness,
        result.trusted_on,
        result.explained,
    )
    assert maps.key(MATRIX + 1, settings) != name
    assert maps.key(MATRIX, MapSettings("pca", 3, n_neighbors=99)) == name
    assert maps.key(MATRIX, MapSettings("umap", 3, n_neighbors=99)) != name


def test_only_the_newest_maps_are_kept(lab_home, monkeypatch):
    monkeypatch.setattr(results, "MOST", 2)
    result = Projection(np.zeros((2, 2), np.float32), float("nan"), "pca")
    for name in "abc":
        maps.keep(name, result, MapSettings("pca"))
    assert len(list((lab_home / "maps").iterdir())) == 2
    assert np.isnan(maps.computed("c").trustworthiness)


def test_damage_is_no_map_and_names_stay_in_the_folder(lab_home):
    (lab_home / "maps").mkdir()
    (lab_home / "maps" / "abc.safetensors").write_bytes(b"nonsense")
    assert maps.computed("abc") is None
    with pytest.raises(BadSetting):
        maps.computed("../abc")
    with pytest.raises(BadModel, match="Cannot write"):
        (lab_home / "file").write_text("")
        maps.save(lab_home / "file" / "x", Projection(MATRIX, 1.0, "pca"), SHIPPED, ())
