"""The LSTM with a projection, over a whole sequence at once, with derivatives written by hand.

Sak et al. 2014, Long Short-Term Memory Recurrent Neural Network Architectures for Large Scale Acoustic Modeling,
https://arxiv.org/abs/1402.1128, without peepholes; cell and output are clipped as in ELMo:

    j = tanh(z_j), (i, f, o) = sigmoid(z_i, z_f, z_o),  z = x_t W_x + h_{t-1} W_h + b
    c_t = clip(f c_{t-1} + i j),  h_t = clip((o tanh(c_t)) W_p)

Automatic derivatives would add up the weights' gradients step by step. Here each is one product over all steps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

CHUNK = 1 << 22
"""Most numbers in one product with the input; it covers as many steps as fit."""
State = tuple[Tensor, Tensor]
"""The state ``(h, c)`` that goes from step to step: (B, P) and (B, C)."""


class Weights(NamedTuple):
    """Weights of one layer in one direction; the gates are side by side in the order j, i, f, o.

    Attributes:
        input: W_x, (I, 4 C).
        hidden: W_h, (P, 4 C).
        bias: b, (4 C,).
        projection: W_p, (C, P).
    """

    input: Tensor
    hidden: Tensor
    bias: Tensor
    projection: Tensor


class Clips(NamedTuple):
    """Bounds of the absolute values of cells and outputs; 0 for no bound."""

    cell: float
    projection: float


class Trace(NamedTuple):
    """Values of a run that its derivatives need: gates (T, B, 4 C) and cells (T, B, C)."""

    gates: Tensor
    cells: Tensor


def run(
    x: Tensor, weights: Weights, clips: Clips, fresh: Tensor | None = None, state: State | None = None,
    trace: Trace | None = None,
) -> Tensor:  # fmt: skip
    """Run a layer: its outputs at every step, (T, B, P).

    Args:
        x: (T, B, I) the inputs.
        weights: the layer's weights.
        clips: its bounds.
        fresh: (T, B) where the state is reset before the step; ``None`` for nowhere.
        state: the initial state; zeros if ``None``.
        trace: filled with the values that derivatives need, if given.
    """
    steps, batch, _ = x.shape
    size = weights.projection.shape[0]
    h, c = state or (x.new_zeros(batch, weights.hidden.shape[0]), x.new_zeros(batch, size))
    outputs = x.new_empty(steps, *h.shape)  # (T, B, P)
    at_once = max(1, CHUNK // (4 * size * max(batch, 1)))
    room = trace.gates if trace else x.new_empty(min(at_once, steps), batch, 4 * size)
    cells = trace.cells if trace else x.new_empty(2, batch, size)
    scratch = x.new_empty(batch, size)
    for first in range(0, steps, at_once):
        part = x[first : first + at_once]
        gates = room[first : first + at_once] if trace else room[: len(part)]
        torch.addmm(weights.bias, part.flatten(0, 1), weights.input, out=gates.view(-1, 4 * size))
        if fresh is not None:
            gates[..., 2 * size : 3 * size].masked_fill_(fresh[first : first + at_once, :, None], -torch.inf)  # f = 0
        for t, z in enumerate(gates, first):
            z.addmm_(h if fresh is None else h.masked_fill(fresh[t, :, None], 0), weights.hidden)
            j, i, f, o = torch.split(z, size, dim=1)
            j.mul_(2)
            z.sigmoid_()
            j.mul_(2).sub_(1)
            c = torch.mul(f, c, out=cells[t if trace else t % 2]).addcmul_(i, j)
            c = _clipped(c, clips.cell)
            _tanh(c, scratch).mul_(o)
            h = _clipped(torch.mm(scratch, weights.projection, out=outputs[t]), clips.projection)
    return outputs


def _tanh(values: Tensor, out: Tensor) -> Tensor:
    """Compute tanh as 2 sigmoid(2 x) - 1, which takes a third of the time."""
    return torch.mul(values, 2, out=out).sigmoid_().mul_(2).sub_(1)


def _clipped(values: Tensor, bound: float) -> Tensor:
    return values.clamp_(-bound, bound) if bound else values


class Recurrence(torch.autograd.Function):
    """``run`` from an empty state, with derivatives: ``apply(x, fresh, clips, *weights)``."""

    @staticmethod
    @torch.amp.custom_fwd(device_type="cuda", cast_inputs=torch.float32)  # type: ignore[untyped-decorator]
    def forward(ctx: Any, x: Tensor, fresh: Tensor | None, clips: Clips, *weights: Tensor) -> Tensor:
        """Outputs at every step, (T, B, P)."""
        w = Weights(*weights)
        size = w.projection.shape[0]
        trace = Trace(x.new_empty(*x.shape[:2], 4 * size), x.new_empty(*x.shape[:2], size))
        outputs = run(x, w, clips, fresh, trace=trace)
        ctx.save_for_backward(x, fresh, outputs, *trace, *w)
        ctx.clips = clips
        return outputs

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of x and the weights, from the gradients (T, B, P) of the outputs."""
        x, fresh, outputs, gates, cells, *rest = ctx.saved_tensors
        w = Weights(*rest)
        before = torch.cat([torch.zeros_like(outputs[:1]), outputs[:-1]])  # h_{t-1}
        if fresh is not None:
            before.masked_fill_(fresh[:, :, None], 0)
        squashed = _tanh(cells, torch.empty_like(cells))
        d_out, d_z = _backward(given, fresh, outputs, Trace(gates, cells), squashed, w, ctx.clips)
        spoken = squashed.mul_(gates[..., 3 * cells.shape[2] :])  # o tanh(c), (T, B, C)
        d_z = d_z.flatten(0, 1)  # (T B, 4 C)
        return (
            (d_z @ w.input.T).view_as(x) if ctx.needs_input_grad[0] else None,
            None,
            None,
            x.flatten(0, 1).T @ d_z,
            before.flatten(0, 1).T @ d_z,
            d_z.sum(dim=0),
            spoken.flatten(0, 1).T @ d_out.flatten(0, 1),
        )


def _backward(
    given: Tensor, fresh: Tensor | None, outputs: Tensor, trace: Trace, squashed: Tensor, w: Weights, clips: Clips
) -> tuple[Tensor, Tensor]:
    """Gradients before the outputs' clipping, (T, B, P), and of z, (T, B, 4 C), from the last step to the first."""
    steps, batch, size = trace.cells.shape
    through = _slopes(trace, squashed).view(steps, batch, 4, size)  # becomes the gradients of z, step by step
    inner = trace.gates[..., 3 * size :] * (1 - squashed.square())  # of o tanh(c), by c
    free_c, free_h = _free(trace.cells, clips.cell), _free(outputs, clips.projection)
    d_out = given.clone()
    d_c = given.new_zeros(batch, size)
    for t in reversed(range(steps)):
        d_h = d_out[t]
        if t + 1 < steps:
            later = through[t + 1].view(batch, -1) @ w.hidden.T  # (B, P)
            d_h.add_(later if fresh is None else later.masked_fill_(fresh[t + 1, :, None], 0))
        if free_h is not None:
            d_h.mul_(free_h[t])
        d_m = d_h @ w.projection.T  # (B, C)
        d_c.addcmul_(d_m, inner[t])
        if free_c is not None:
            d_c.mul_(free_c[t])
        through[t, :, :3].mul_(d_c[:, None])
        through[t, :, 3].mul_(d_m)
        d_c.mul_(trace.gates[t, :, 2 * size : 3 * size])
    return d_out, through.view(steps, batch, -1)


def _slopes(trace: Trace, squashed: Tensor) -> Tensor:
    """(T, B, 4 C): how c changes with z_j, z_i, z_f, and o tanh(c) with z_o, for all steps at once."""
    slopes = torch.empty_like(trace.gates)
    size = trace.cells.shape[2]
    j, i, f, o = torch.split(trace.gates, size, dim=2)
    by_j, by_i, by_f, by_o = torch.split(slopes, size, dim=2)
    torch.mul(j, j, out=by_j).neg_().add_(1).mul_(i)
    for gate, slope, times in ((i, by_i, j), (o, by_o, squashed)):
        torch.sub(1, gate, out=slope).mul_(gate).mul_(times)
    torch.sub(1, f, out=by_f).mul_(f)
    by_f[0] = 0
    by_f[1:].mul_(trace.cells[:-1])
    return slopes


def _free(values: Tensor, bound: float) -> Tensor | None:
    """1 where clipping changed nothing, 0 where it did; ``None`` if it changed nothing at all."""
    if not bound:
        return None
    free = values.abs() < bound
    return None if bool(free.all()) else free.to(values.dtype)
