"""Load ELMo as AllenNLP and bilm-tf publish it: options.json and an HDF5 file of weights.

bilm-tf leaves out what changes no width: the LSTM's projection (W_P_0) where its size is that of the projection, and
with it the projection's clip; the characters' projection (CNN_proj) where there are as many filters. A model of one
layer has its cell in another place of the file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadModel, BadSetting, Card, Floats
from embedlab.base.card import versions
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.network import CHARACTERS, REMEMBER

OPTIONS = {
    "lstm.projection_dim": "dim",
    "lstm.dim": "hidden",
    "lstm.n_layers": "layers",
    "lstm.cell_clip": "cell_clip",
    "lstm.proj_clip": "projection_clip",
    "lstm.use_skip_connections": "skip",
    "char_cnn.embedding.dim": "char_dim",
    "char_cnn.filters": "filters",
    "char_cnn.n_highway": "highway",
    "char_cnn.max_characters_per_token": "characters",
    "char_cnn.activation": "activation",
}
"""Fields of options.json by the names of our settings."""
DEFAULTS = {"lstm.n_layers": 1, "lstm.cell_clip": 0, "lstm.proj_clip": 0, "char_cnn.n_highway": 0}
"""What bilm-tf takes for fields that are missing."""
LARGEST_FLOAT = 8
"""Bytes of a number."""
MOST_RATIO, MOST_CHUNK = 20, 4
"""Most unpacked over packed size of weights, which gzip hardly compresses; most size of a chunk over its data set."""
LSTM_PROJECTION = "/W_P_0"
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Published:
    """A published model as it was read.

    Attributes:
        config: settings, from the options.
        tensors: weights by their names in the hdf5 file.
        card: where it comes from.
    """

    config: ElmoConfig
    tensors: dict[str, Floats]
    card: Card


def read(options_path: Path, weights_path: Path) -> Published:
    """Read and check both files.

    Raises:
        BadModel: one is missing, damaged, incomplete, or does not fit the other.
    """
    config = _config(options_path)
    tensors = _tensors(weights_path, config)
    if not tensors.projected:
        config = replace(config, projection_clip=0.0)
    card = Card(
        title="ELMo, published", text=weights_path.name, source="published", created=date.today().isoformat(),
        versions=versions(("numpy", "torch", "h5py")),
    )  # fmt: skip
    return Published(config, tensors.found, card)


def _config(path: Path) -> ElmoConfig:
    try:
        options = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"The options {path} cannot be read: {error}.") from error
    found = {name: _option(options, place, path) for place, name in OPTIONS.items()}
    if (known := options["char_cnn"].get("n_characters", CHARACTERS)) not in (CHARACTERS, CHARACTERS + 1):
        raise BadModel(f"{path.name}: n_characters is {known!r}; ELMo's characters are {CHARACTERS} (bytes and marks).")
    for name in ("cell_clip", "projection_clip", "highway"):
        found[name] = found[name] or 0  # null stands for none
    try:
        found["filters"] = " ".join(f"{int(width)}x{int(n)}" for width, n in found["filters"])
        return ElmoConfig(**found, dropout=0.0)
    except (BadSetting, TypeError, ValueError, OverflowError) as error:
        raise BadModel(f"{path.name} does not describe an ELMo that can be built: {error}") from error


def _option(options: Any, place: str, path: Path) -> Any:
    value = options
    for key in place.split("."):
        if isinstance(value, dict) and key not in value and place in DEFAULTS:
            return DEFAULTS[place]
        if not isinstance(value, dict) or key not in value:
            raise BadModel(f"{path.name} lacks '{place}'. Give the options.json that came with the weights.")
        value = value[key]
    return value


def shapes(config: ElmoConfig) -> Shapes:
    """Names and shapes of the hdf5 file that goes with settings."""
    char, dim, size = config.char_dim, config.dim, config.hidden
    found: Shapes = {"char_embed": (CHARACTERS, char)}
    for i, (width, n) in enumerate(config.sizes):
        found |= {f"CNN/W_cnn_{i}": (1, width, char, n), f"CNN/b_cnn_{i}": (n,)}
    total = sum(n for _, n in config.sizes)
    for k in range(config.highway):
        for gate in ("carry", "transform"):
            found |= {f"CNN_high_{k}/W_{gate}": (total, total), f"CNN_high_{k}/b_{gate}": (total,)}
    found |= {"CNN_proj/W_proj": (total, dim), "CNN_proj/b_proj": (dim,)}
    for d in range(2):
        for layer in range(config.layers):
            cell = _cell(d, layer)
            found |= {f"{cell}/W_0": (2 * dim, 4 * size), f"{cell}/B": (4 * size,), f"{cell}/W_P_0": (size, dim)}
    return found


def _cell(d: int, layer: int) -> str:
    return f"RNN_{d}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"


@dataclass(frozen=True)
class _Tensors:
    """Weights by name, as if nothing had been left out; whether the LSTMs have projections of their own."""

    found: dict[str, Floats]
    projected: bool


def _tensors(path: Path, config: ElmoConfig) -> _Tensors:
    import h5py

    expected = shapes(config)
    try:
        with h5py.File(path, "r") as file:
            places = {name: _place(file, name, config) for name in expected}
            plain = _left_out(file, places, config)
            expected = {name: shape for name, shape in expected.items() if name not in plain}
            size = sum(math.prod(shape) for shape in expected.values())
            if size > MOST_RATIO * (there := path.stat().st_size):
                raise BadModel(f"The options ask for {size:,} numbers, and {path.name} has {there:,} bytes.")
            for name, shape in expected.items():
                _check(file, places[name], shape, path)  # all of them, before any is read
            found = {name: _tensor(file[places[name]], places[name], path) for name in expected}
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise BadModel(
            f"The weights {path} cannot be read as hdf5: {error}. Is the file whole? Download it again."
        ) from error
    found |= {name: np.zeros(shape[0], np.float32) if len(shape) == 1 else np.eye(*shape, dtype=np.float32)
              for name, shape in shapes(config).items() if name in plain}  # fmt: skip
    return _Tensors(found, not any(name.endswith(LSTM_PROJECTION) for name in plain))


def _place(file: Any, name: str, config: ElmoConfig) -> str:
    """Where a weight lies in the file: that of the only layer may lie in its direction itself."""
    short = name.replace("/MultiRNNCell/Cell0/", "/")
    return short if config.layers == 1 and not _is_there(file, name) and _is_there(file, short) else name


def _left_out(file: Any, places: dict[str, str], config: ElmoConfig) -> set[str]:
    """The projections that change no width and are not in the file, of the characters and of all LSTMs."""
    total = sum(n for _, n in config.sizes)
    groups = [{name for name in places if name.startswith("CNN_proj/")}] if total == config.dim else []
    if config.hidden == config.dim:
        groups.append({name for name in places if name.endswith(LSTM_PROJECTION)})
    return {name for group in groups if not any(_is_there(file, places[name]) for name in group) for name in group}


def _is_there(file: Any, name: str) -> bool:
    """Whether a file has something of that name; links are not followed."""
    import h5py

    group = file
    for part in name.split("/"):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if link is None:
            return False
        if not isinstance(link, h5py.HardLink):
            return True
        group = group.get(part)
    return True


def _check(file: Any, name: str, shape: tuple[int, ...], path: Path) -> None:
    """Check that a data set fits the options, and that its numbers are in this very file."""
    import h5py

    group = file
    for part in name.split("/"):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if link is not None and not isinstance(link, h5py.HardLink):
            raise BadModel(f"{path.name}: '{name}' is a link to somewhere else, as no published weights have.")
        group = group.get(part) if link is not None else None
    if not isinstance(group, h5py.Dataset):
        raise BadModel(f"{path.name} lacks '{name}', which its options ask for. Do both files belong together?")
    if group.shape != shape or group.dtype.kind != "f" or group.dtype.itemsize > LARGEST_FLOAT:
        raise BadModel(
            f"{path.name}: '{name}' is {group.dtype} of shape {group.shape}, but the options ask for floats of shape "
            f"{shape}. Do both files belong together?"
        )
    if group.is_virtual or group.external:
        raise BadModel(f"{path.name}: the numbers of '{name}' stand in other files. They are not read.")
    stored, filters = group.id.get_storage_size(), group.id.get_create_plist()
    known = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
    if not {filters.get_filter(i)[0] for i in range(filters.get_nfilters())} <= known:
        raise BadModel(f"{path.name}: '{name}' is packed in a way that is not read. gzip is.")
    chunk = math.prod(group.chunks or ()) * group.dtype.itemsize
    if not group.nbytes <= MOST_RATIO * min(stored, path.stat().st_size) or chunk > MOST_CHUNK * max(group.nbytes, 1):
        raise BadModel(
            f"{path.name}: '{name}' says to hold {group.nbytes:,} bytes and holds {stored:,}. It is refused."
        )


def _tensor(found: Any, name: str, path: Path) -> Floats:
    values: Floats = found[()].astype(np.float32, copy=False)
    if not np.isfinite(values).all():
        raise BadModel(f"{path.name}: '{name}' holds values that are not finite numbers.")
    return values


def weights(published: Published) -> dict[str, NDArray[Any]]:
    """Published weights by the names of ``ElmoNetwork``."""
    given, config = published.tensors, published.config
    own: dict[str, NDArray[Any]] = {
        "tokens.embedding": given["char_embed"],
        "tokens.projection": given["CNN_proj/W_proj"],
        "tokens.bias": given["CNN_proj/b_proj"],
    }
    for i in range(len(config.sizes)):
        own |= {f"tokens.filters.{i}": given[f"CNN/W_cnn_{i}"][0], f"tokens.biases.{i}": given[f"CNN/b_cnn_{i}"]}
    for k in range(config.highway):
        for gate in ("carry", "transform"):
            own[f"tokens.highways.{k}.{gate}"] = given[f"CNN_high_{k}/W_{gate}"]
            own[f"tokens.highways.{k}.{gate}_bias"] = given[f"CNN_high_{k}/b_{gate}"]
    for d in range(2):
        for layer in range(config.layers):
            own |= _layer(given, _cell(d, layer), f"directions.{d}.layers.{layer}", config.dim)
    return own


def _layer(given: dict[str, Floats], cell: str, own: str, dim: int) -> dict[str, Floats]:
    """Convert a layer: gates i, j, f, o become j, i, f, o; the 1 that is added to f at every step joins its bias."""
    both, bias = _reordered(given[f"{cell}/W_0"]), _reordered(given[f"{cell}/B"])
    size = len(bias) // 4
    bias[2 * size : 3 * size] += REMEMBER
    return {
        f"{own}.input": both[:dim],
        f"{own}.hidden": both[dim:],
        f"{own}.bias": bias,
        f"{own}.projection": given[f"{cell}/W_P_0"],
    }


def _reordered(gates: Floats) -> Floats:
    i, j, f, o = np.split(gates, 4, axis=-1)
    return np.concatenate([j, i, f, o], axis=-1)
