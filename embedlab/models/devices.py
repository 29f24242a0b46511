"""Where vectors are computed: on the graphics card, if there is one."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def fastest() -> torch.device:
    """The graphics card, or without one the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def placed(network: Network) -> Network:
    """The network itself if it lies where it is fastest; else a copy of it there.

    A copy, since others may be asking the network at the same time. Numbers stay float32, so that vectors are the same
    to within 1e-5 wherever they are computed.
    """
    device = fastest()
    return network if device == device_of(network) else copy.deepcopy(network).to(device)


def device_of(network: nn.Module) -> torch.device:
    """Where a network's weights lie."""
    weight: Tensor = next(network.parameters())
    return weight.device
