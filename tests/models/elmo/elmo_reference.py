"""ELMo in plain NumPy, word by word and step by step, from the weights as they are published; and such files."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np

OPTIONS = {
    "lstm": {
        "use_skip_connections": True, "projection_dim": 6, "cell_clip": 0.4, "proj_clip": 0.5, "dim": 10, "n_layers": 2,
    },
    "char_cnn": {
        "activation": "relu", "filters": [[1, 4], [2, 3], [4, 5]], "n_highway": 2, "embedding": {"dim": 4},
        "n_characters": 262, "max_characters_per_token": 50,
    },
}  # fmt: skip


def write(folder: Path, options: dict, seed: int = 0, *, sparing: bool = False) -> tuple[Path, Path]:
    """options.json and weights.hdf5 with random weights, in the published layout.

    A sparing file is as bilm-tf writes it: without projections that change no width, its one layer in another place.
    """
    draw = np.random.default_rng(seed)
    lstm, cnn = options["lstm"], options["char_cnn"]
    p, c, d = lstm["projection_dim"], lstm["dim"], cnn["embedding"]["dim"]
    total = sum(n for _, n in cnn["filters"])

    def random(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32) * 0.6

    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "options.json", folder / "weights.hdf5"
    paths[0].write_text(json.dumps(options))
    with h5py.File(paths[1], "w") as file:
        file["char_embed"] = random(261, d)
        for i, (width, n) in enumerate(cnn["filters"]):
            file[f"CNN/W_cnn_{i}"], file[f"CNN/b_cnn_{i}"] = random(1, width, d, n), random(n)
        for k in range(cnn["n_highway"]):
            for gate in ("carry", "transform"):
                file[f"CNN_high_{k}/W_{gate}"], file[f"CNN_high_{k}/b_{gate}"] = random(total, total), random(total)
        if not sparing or total != p:
            file["CNN_proj/W_proj"], file["CNN_proj/b_proj"] = random(total, p), random(p)
        for way in range(2):
            for layer in range(lstm["n_layers"]):
                cell = f"RNN_{way}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"
                if sparing and lstm["n_layers"] == 1:
                    cell = f"RNN_{way}/RNN/LSTMCell"
                file[f"{cell}/W_0"], file[f"{cell}/B"] = random(2 * p, 4 * c), random(4 * c)
                if not sparing or c != p:
                    file[f"{cell}/W_P_0"] = random(c, p)
    return paths


class Reference:
    """The forward pass, in loops; ``state`` goes from call to call."""

    def __init__(self, options: dict, weights: Path) -> None:
        self.lstm, self.cnn = options["lstm"], options["char_cnn"]
        with h5py.File(weights) as file:
            self.w: dict[str, np.ndarray] = {}
            file.visititems(
                lambda name, item: (
                    self.w.update({name: item[()].astype(np.float64)}) if hasattr(item, "shape") else None
                )
            )
        self.state: dict[tuple[int, int, int], tuple[np.ndarray, np.ndarray]] = {}

    def sentence(self, words: list[str], row: int | None = None) -> np.ndarray:
        """(L, T, 2 P); a row's state is read and left where one is given."""
        tokens = [self.token([258, 256, 259])]
        tokens += [self.token([258, *word.encode("utf-8", "ignore")[:48], 259]) for word in words]
        tokens += [self.token([258, 257, 259])]
        found = [[np.concatenate([token, token]) for token in tokens]]
        ways = []
        for way in range(2):
            x, outputs = tokens if way == 0 else tokens[::-1], []
            for layer in range(self.lstm["n_layers"]):
                said = self.layer(x, way, layer, row)
                if layer > 0 and self.lstm["use_skip_connections"]:
                    said = [one + into for one, into in zip(said, x, strict=True)]
                outputs.append(said if way == 0 else said[::-1])
                x = said
            ways.append(outputs)
        for both in zip(*ways, strict=True):
            found += [[np.concatenate(pair) for pair in zip(*both, strict=True)]]
        return np.array(found)[:, 1:-1]

    def token(self, characters: list[int]) -> np.ndarray:
        ids = characters + [260] * (50 - len(characters))
        rows = [self.w["char_embed"][i] for i in ids]  # published ids are one higher, with a row of zeros before
        answers = []
        for i, (width, n) in enumerate(self.cnn["filters"]):
            kernel, best = self.w[f"CNN/W_cnn_{i}"][0], np.full(n, -np.inf)
            for start in range(50 - width + 1):
                total = self.w[f"CNN/b_cnn_{i}"].copy()
                for k in range(width):
                    total += rows[start + k] @ kernel[k]
                best = np.maximum(best, total)
            answers.append(np.maximum(best, 0) if self.cnn["activation"] == "relu" else np.tanh(best))
        x = np.concatenate(answers)
        for k in range(self.cnn["n_highway"]):
            g = sigmoid(x @ self.w[f"CNN_high_{k}/W_carry"] + self.w[f"CNN_high_{k}/b_carry"])
            x = (
                g * np.maximum(x @ self.w[f"CNN_high_{k}/W_transform"] + self.w[f"CNN_high_{k}/b_transform"], 0)
                + (1 - g) * x
            )
        if "CNN_proj/W_proj" not in self.w:
            return x
        return x @ self.w["CNN_proj/W_proj"] + self.w["CNN_proj/b_proj"]

    def layer(self, inputs: list[np.ndarray], way: int, layer: int, row: int | None) -> list[np.ndarray]:
        cell = f"RNN_{way}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"
        if f"{cell}/W_0" not in self.w:
            cell = f"RNN_{way}/RNN/LSTMCell"
        size, p = self.lstm["dim"], self.lstm["projection_dim"]
        c, h = (
            self.state.get((row, way, layer), (np.zeros(size), np.zeros(p)))
            if row is not None
            else (np.zeros(size), np.zeros(p))
        )
        said = []
        for x in inputs:
            z = np.concatenate([x, h]) @ self.w[f"{cell}/W_0"] + self.w[f"{cell}/B"]
            i, j, f, o = z[:size], z[size : 2 * size], z[2 * size : 3 * size], z[3 * size :]
            c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
            c = np.clip(c, -self.lstm["cell_clip"], self.lstm["cell_clip"])
            h = sigmoid(o) * np.tanh(c)
            if f"{cell}/W_P_0" in self.w:  # TensorFlow's cell clips nothing without a projection
                h = h @ self.w[f"{cell}/W_P_0"]
                h = np.clip(h, -self.lstm["proj_clip"], self.lstm["proj_clip"])
            said.append(h)
        if row is not None:
            self.state[row, way, layer] = c, h
        return said


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
