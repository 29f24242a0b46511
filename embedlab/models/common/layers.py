"""Parts that several networks share: seeded initialisation, weights as arrays, the output layer, the device."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import Counts
from embedlab.base.tensors import ALIGNMENT, aligned

Network = TypeVar("Network", bound=nn.Module)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's random numbers in the block; the caller's random state is restored afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def arrays(module: nn.Module) -> dict[str, NDArray[Any]]:
    """A network's weights by name; weights that layers share appear once."""
    return {name: weight.detach().cpu().numpy() for name, weight in module.named_parameters()}


def digest(network: nn.Module) -> str:
    """Digest of a network's weights: 64 hexadecimal digits."""
    found = hashlib.sha256()
    for value in network.state_dict().values():
        array: Any = value.detach().contiguous().numpy()
        found.update(array.tobytes())
    return found.hexdigest()


def fitted(make: Callable[[], Network], tensors: dict[str, NDArray[Any]]) -> Network:
    """Build a network with these weights, in evaluation mode; they are not copied, and no others are allocated.

    Args:
        make: builds the network; it is called where weights have shapes but no memory.
        tensors: weights by name.

    Raises:
        ValueError: a weight is missing, left over, of another shape, or no floating-point number.
    """
    with torch.device("meta"):
        network = make()
    check_shapes(network, tensors)
    put(network, tensors)
    return network


def check_shapes(module: nn.Module, tensors: dict[str, NDArray[Any]]) -> None:
    """Check that arrays fit a network's weights.

    Raises:
        ValueError: see ``fitted``.
    """
    own = dict(module.named_parameters())
    if own.keys() != tensors.keys():
        raise ValueError(f"weights {sorted(own.keys() ^ tensors.keys())} do not fit this network")
    for name, weight in own.items():
        if tuple(weight.shape) != tensors[name].shape:
            raise ValueError(f"weight {name} has shape {tensors[name].shape}, not {tuple(weight.shape)}")
        if tensors[name].dtype.kind != "f":
            raise ValueError(f"weight {name} is of type {tensors[name].dtype}, not a floating-point number")


def check_whole(tensors: Mapping[Any, Any], size: int) -> None:
    """Check that the tensors of an unpickled file are ordinary: each has its own numbers, and they are in the file.

    Args:
        tensors: of any names.
        size: bytes of the file.

    Raises:
        ValueError: one is no tensor, or repeats the same numbers.
    """
    taken = 0
    for name, tensor in tensors.items():
        plain = isinstance(tensor, Tensor) and tensor.layout == torch.strided and tensor.device.type == "cpu"
        if not plain or tensor.is_complex() or tensor.is_quantized:
            raise ValueError(f"{str(name)[:60]!a} is no ordinary tensor")
        taken += tensor.numel() * tensor.element_size()
        if max(taken, tensor.untyped_storage().nbytes()) > size:
            raise ValueError(f"its tensors say to hold more numbers than fit into its {size:,} bytes")


def put(module: nn.Module, tensors: dict[str, NDArray[Any]]) -> None:
    """Use arrays as a network's weights, in evaluation mode; weights that layers share stay shared.

    Raises:
        ValueError: a number is too large for float32.
    """
    made: dict[int, nn.Parameter] = {}
    for name, weight in module.named_parameters():
        array = np.array(tensors[name], np.float32, order="C", copy=None)
        if array.dtype != tensors[name].dtype and array.size and not np.isfinite([array.min(), array.max()]).all():
            raise ValueError(f"weight {name} holds numbers that are too large")
        made[id(weight)] = nn.Parameter(torch.from_numpy(_own(array)))
    for name, weight in list(module.named_parameters(remove_duplicate=False)):
        owner, _, leaf = name.rpartition(".")
        setattr(module.get_submodule(owner), leaf, made[id(weight)])
    module.eval()


def _own(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself if torch can use its memory, else a copy."""
    if array.flags.writeable and not array.ctypes.data % ALIGNMENT:
        return array
    copy = aligned(array.shape, array.dtype)
    copy[...] = array
    return copy


class Softmax(nn.Module):
    """The output layer: a linear layer to one score a word, and the loss of its softmax, full or sampled.

    Sampled (Bengio & Senécal 2008, Adaptive Importance Sampling; Jean et al. 2015, equation 8): in training, the
    target competes with ``samples`` words drawn by their frequency q, shared by the batch, each score less log q,
    so that the gradient tends to the whole softmax's. Measuring always uses the whole one.

    Args:
        width: H, the width of the hidden vectors.
        size: V, the size of the vocabulary.
        samples: words drawn for a batch; 0 for the full softmax.
        counts: (V,) frequencies by which they are drawn; needed for ``samples``.
        weight: (V, H) weights to share with an embedding layer ("tied"); ``None`` for its own.
    """

    noise: Tensor

    def __init__(
        self, width: int, size: int, samples: int = 0, counts: Counts | None = None, weight: Tensor | None = None
    ) -> None:
        super().__init__()
        if weight is None:
            weight = nn.Parameter(torch.empty(size, width))
            nn.init.normal_(weight, std=width**-0.5)
        self.weight: Tensor = weight  # (V, H)
        self.bias = nn.Parameter(torch.zeros(size))
        self.samples = samples if samples < size else 0
        noise = torch.ones(size, device="cpu") if counts is None else torch.from_numpy(np.maximum(counts, 1)).float()
        self.register_buffer("noise", noise / noise.sum(), persistent=False)  # (V,)

    def scores(self, hidden: Tensor) -> Tensor:
        """Scores of all words, from (…, H) to (…, V)."""
        return functional.linear(hidden, self.weight, self.bias)

    def forward(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-probability, in nats: hidden (N, H), targets (N,)."""
        if self.samples and self.training:
            return self._sampled(hidden, targets)
        return functional.cross_entropy(self.scores(hidden).float(), targets)

    def _sampled(self, hidden: Tensor, targets: Tensor) -> Tensor:
        drawn = torch.multinomial(self.noise, self.samples, replacement=True)  # (K,)
        both = torch.cat([targets, drawn])  # (N + K,): one gather, one scatter of gradients
        weight, bias = functional.embedding(both, self.weight), self.bias[both] - self.noise[both].log()
        n = len(targets)
        true = (hidden * weight[:n]).sum(dim=1) + bias[:n]  # (N,)
        false = torch.addmm(bias[n:], hidden, weight[n:].T)  # (N, K)
        false = false.masked_fill(drawn == targets[:, None], float("-inf"))
        return (torch.logsumexp(torch.cat([true[:, None], false], dim=1).float(), dim=1) - true.float()).mean()


def fastest() -> torch.device:
    """The GPU, or without one the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def placed(network: Network) -> Network:
    """The network on the fastest device: itself if it is there, else a copy.

    A copy, because another thread may use the network at the same time. Numbers stay float32, so that vectors are the
    same to within 1e-5 on every device.
    """
    device = fastest()
    return network if device == device_of(network) else copy.deepcopy(network).to(device)


def device_of(network: nn.Module) -> torch.device:
    """The device of a network's weights."""
    weight: Tensor = next(network.parameters())
    return weight.device
