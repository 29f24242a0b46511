"""Networks of the BERT family: classes of the library transformers, built from checked settings, never from code."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from transformers import AutoConfig, PreTrainedConfig
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_PRETRAINING_MAPPING,
    MODEL_MAPPING,
)
from transformers.utils import logging

from embedlab.base import BadModel
from embedlab.models.bert.config import Shape
from embedlab.models.common.layers import check_shapes, put, seeded

Head = Literal["pretraining", "masked", "none"]
"""Kind of output head: masked words and next sentences, masked words only, or none."""
FAMILIES = (
    "albert", "bert", "camembert", "convbert", "deberta", "deberta-v2", "distilbert", "electra", "ernie",
    "megatron-bert", "mobilebert", "modernbert", "mpnet", "rembert", "roberta", "xlm-roberta", "xlm-roberta-xl",
)  # fmt: skip
"""Encoders that can be loaded, by their names in the library transformers."""
SHIFTED = ("camembert", "mpnet", "roberta", "xlm-roberta", "xlm-roberta-xl")
"""Families whose positions begin after the number of the padding token."""
MOST = {
    "num_hidden_layers": 200, "hidden_size": 20_000, "vocab_size": 3_000_000, "max_position_embeddings": 1_000_000,
    "num_attention_heads": 20_000, "n_heads": 20_000,
}  # fmt: skip
MOST_NUMBER, MOST_SETTINGS = 10_000_000, 100_000
"""Largest whole number of any setting; most characters of all settings as JSON."""
BESIDES = {
    "conv_act", "conv_groups", "conv_kernel_size", "global_attn_every_n_layers", "global_rope_theta",
    "local_rope_theta", "norm_rel_ebd", "position_buckets", "share_att_key", "talking_head",
}  # fmt: skip
"""Settings that some families read although their classes do not list them."""
LEFT_OUT = {"use_cache", "num_labels"}
TOP_NORMS = {"megatron-bert": "encoder.ln", "modernbert": "final_norm", "xlm-roberta-xl": "encoder.LayerNorm"}
"""The final normalization of families that normalize before each block; the output head expects it on every layer."""
BESIDE = ("convbert", "mobilebert")
"""Families in which a piece reads its neighbors, even padding: only texts of one length are put in one batch."""
UNSTACKED = ("albert", "deberta", "deberta-v2", "modernbert")
"""Families that always run all blocks, because layers share one block or a block needs more than the layer below."""
SLACK = 1_000_000
"""Most weights that a published network may lack, such as those of a new head or a pooler."""
_POSITIONS: ContextVar[Tensor | None] = ContextVar("positions", default=None)
_WANTED: ContextVar[tuple[int, list[Tensor]] | None] = ContextVar("wanted", default=None)
_BELOW: ContextVar[bool] = ContextVar("below", default=False)


def new(shape: Shape, size: int, positions: int, dropout: float, head: Head) -> nn.Module:
    """Build a BERT with random weights.

    Their standard deviation is 0.02 for the base model, as in the paper, and larger for narrower models: with 0.02 a
    tiny model predicts by word frequency alone for many epochs before it uses the context.

    Args:
        shape: blocks, width, heads.
        size: V, the size of the vocabulary.
        positions: longest input in pieces.
        dropout: share of the values dropped in training, attention included.
        head: the kind of output head.
    """
    values = {
        "model_type": "bert", "vocab_size": size, "hidden_size": shape.width, "num_hidden_layers": shape.blocks,
        "num_attention_heads": shape.heads, "intermediate_size": shape.feed_forward,
        "max_position_embeddings": positions, "hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout,
        "initializer_range": 0.02 * (768 / shape.width) ** 0.5,
    }  # fmt: skip
    return _made(values, head)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Check the settings of a network, and leave out what is not needed to build it.

    Raises:
        BadModel: they ask for code, describe no encoder of the BERT family, or one that is far too large.
    """
    if "auto_map" in values or values.get("custom_pipelines"):
        raise BadModel(
            "The model asks to run Python code of its own (auto_map). No code from models is run here. Take a model "
            "of a class that transformers has, such as BERT, DistilBERT or RoBERTa."
        )
    if values.get("model_type") not in FAMILIES:
        raise BadModel(
            f"A model of type {values.get('model_type')!r} is no encoder of the BERT family; "
            f"taken are {', '.join(FAMILIES)}."
        )
    if values.get("quantization_config"):
        raise BadModel("The model's weights are quantized. Take the one with ordinary weights.")
    if values.get("is_decoder") or values.get("is_encoder_decoder"):
        raise BadModel("The model is a decoder: it reads in one direction only. Take an encoder such as BERT.")
    known = _settings(values["model_type"])
    plain = {name: value for name, value in values.items() if name in known}
    for name, most in MOST.items():
        if not isinstance(plain.get(name, 1), int) or not 0 < plain.get(name, 1) <= most:
            raise BadModel(f"The model's {name} is {plain[name]!r}; between 1 and {most:,} are possible.")
    if len(json.dumps(plain)) > MOST_SETTINGS:
        raise BadModel("The settings of the network are far longer than any network's. They are refused.")
    for name, value in plain.items():
        if isinstance(value, int | float) and not abs(value) <= MOST_NUMBER:
            raise BadModel(f"The model's {name} is {str(value)[:40]}; at most {MOST_NUMBER:,} is possible.")
    return plain


@cache
def _settings(family: str) -> frozenset[str]:
    """Names of the settings that build a network of a family; not those of labels, other tasks or output options."""
    own: Any = AutoConfig.for_model(family)
    listed = {*own.to_dict(), *(getattr(own, "attribute_map", None) or {})} | BESIDES | {"model_type"}
    return frozenset(listed - (set(PreTrainedConfig().to_dict()) - {"model_type"}) - LEFT_OUT)


def build(values: Mapping[str, Any], head: Head, tensors: dict[str, NDArray[Any]]) -> nn.Module:
    """Build a network with these weights, which are not copied; nothing is allocated before their shapes are checked.

    Raises:
        BadModel: see ``checked``.
        ValueError: weights are missing, left over or of another shape.
    """
    values = checked(values)
    _check_blocks(values, len(tensors))
    with torch.device("meta"):
        check_shapes(_made(values, head), tensors)
    with _Unfilled(), seeded(0):
        network = _made(values, head)
    if any(buffer.is_meta for buffer in network.buffers()):
        raise BadModel(f"A network of type {values['model_type']!r} cannot be built from a model folder.")
    put(network, tensors)
    return network


class _Unfilled(TorchFunctionMode):
    """Make weights without memory, because others replace them; buffers that a network computes are made normally."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        return func(*args, **(kwargs | {"device": "meta"} if func is torch.empty else kwargs))


def _check_blocks(values: Mapping[str, Any], weights: int) -> None:
    """Check that the settings do not ask for more blocks than there are weights: each block has its own.

    Raises:
        BadModel: they do.
    """
    network: Any = configured(values)
    if values["model_type"] == "albert":
        blocks = network.num_hidden_groups * network.inner_group_num
    else:
        blocks = network.num_hidden_layers * getattr(network, "num_feedforward_networks", 1)
    if not 0 < blocks <= max(weights, 1):
        raise BadModel(f"The settings ask for {blocks:,} blocks, and there are weights for {weights:,} at most.")


def copied(network: nn.Module, head: Head, dropout: float) -> nn.Module:
    """Copy a network to continue its pretraining; parts of the head that it lacks get random weights."""
    shares = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    other = _made(settings_of(network) | shares, head)
    other.load_state_dict(network.state_dict(), strict=False)
    return other


def from_weights(values: Mapping[str, Any], weights: dict[str, Tensor]) -> tuple[nn.Module, Head]:
    """Build a network with published weights, with all heads that they have.

    Raises:
        BadModel: see ``checked``; or weights are missing or of another shape.
    """
    plain = checked(values)
    _check_blocks(plain, len(weights))
    _check_size(plain, weights)
    missing: list[str] = []
    for head in _heads(plain, weights):
        try:
            with _silence(), seeded(0):
                network, report = _class(plain, head).from_pretrained(
                    None, config=configured(plain), state_dict=dict(weights), dtype=torch.float32,
                    output_loading_info=True,
                )  # fmt: skip
        except (BadModel, MemoryError):
            raise
        except Exception as error:  # of transformers
            if head != "none":
                continue
            reason = "they have other shapes than config.json says" if "mismatched" in str(error) else str(error)
            raise BadModel(f"The weights do not fit the network: {reason}.") from error
        missing = [name for name in sorted(report["missing_keys"]) if head != "none" or "pooler" not in name]
        if not missing:
            return _without_pooler(network, head).eval(), head
    raise BadModel(f"The weights do not fit the network: {len(missing)} are missing, among them {missing[0]}.")


def _heads(values: Mapping[str, Any], weights: Mapping[str, Tensor]) -> list[Head]:
    """Heads to try, richest first: those that the weights hold a part of, whatever config.json says, and none."""
    kinds: tuple[Head, ...] = ("pretraining", "masked") if values["model_type"] == "bert" else ("masked",)
    found: list[Head] = []
    for head in kinds:
        with torch.device("meta"):
            network: Any = _made(values, head)
        inside = f"{network.base_model_prefix}."
        if any(name in weights for name, _ in network.named_parameters() if not name.startswith(inside)):
            found.append(head)
    return [*found, "none"]


def _check_size(values: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
    """Check that the network is about as large as its weights, before transformers fills in random ones.

    Raises:
        BadModel: it is far larger.
    """
    there = sum(weight.numel() for weight in weights.values())
    try:
        with torch.device("meta"):
            described = sum(weight.numel() for weight in _made(values, "none").parameters())
    except (BadModel, MemoryError):
        raise
    except Exception as error:  # of transformers
        raise BadModel(f"The weights do not fit the network: {error}.") from error
    if described > 2 * there + SLACK:
        sizes = f"config.json describes one of {described:,} numbers, and there are {there:,}"
        raise BadModel(f"The weights do not fit the network: {sizes}.")


def settings_of(network: nn.Module) -> dict[str, Any]:
    """The settings that build the network again, as plain values."""
    config: Any = network.config
    return checked(config.to_diff_dict())


def limit(network: nn.Module) -> int:
    """Longest input of the network in pieces, the special tokens at both ends included."""
    config: Any = network.config
    shift = (config.pad_token_id or 0) + 1 if config.model_type in SHIFTED else 0
    return int(config.max_position_embeddings) - shift


def vocabulary_size(network: Any) -> int:
    """V, the pieces that the network knows."""
    return int(network.config.vocab_size)


def hidden_states(network: Any, ids: Tensor, mask: Tensor | None, layers: Sequence[int]) -> list[Tensor]:
    """(B, T, D) states of each wanted layer, in one pass that stops after the highest of them; 0 is the embeddings.

    Args:
        network: a network prepared by ``ready``.
        ids: (B, T) pieces.
        mask: (B, T) which of them count; ``None`` for all.
        layers: numbers of the wanted layers.
    """
    top, states = max(layers), []
    if top == network.config.num_hidden_layers or network.config.model_type in UNSTACKED:
        states = network.base_model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        return [states[i] for i in layers]
    token = _WANTED.set((top, states))
    try:
        with contextlib.suppress(_Enough):
            network.base_model(input_ids=ids, attention_mask=mask)
    finally:
        _WANTED.reset(token)
    return [states[i] for i in layers]


def ready(network: nn.Module) -> nn.Module:
    """Prepare a network for this module: hooks let its head score single positions and its pass stop early."""
    base: Any = network.base_model
    base.register_forward_hook(_keep_positions)
    if base.config.model_type not in UNSTACKED:
        for block in (base.transformer if base.config.model_type == "distilbert" else base.encoder).layer:
            block.register_forward_pre_hook(_keep_below)
    return network


def reads_alone(network: Any) -> bool:
    """Whether a text's vectors do not depend on padding, that is on longer texts in its batch."""
    return network.config.model_type not in BESIDE


class _Enough(Exception):
    """Not an error: raised to end the pass when all wanted layers are there."""


def _keep_below(_: Any, inputs: Any) -> None:
    """Hook: keep the input of a block, which is the layer below it, and end the pass at the highest wanted layer."""
    wanted = _WANTED.get()
    if wanted is not None:
        top, states = wanted
        states.append(inputs[0])
        if len(states) > top:
            raise _Enough


def masked_scores(network: Any, ids: Tensor, mask: Tensor | None, positions: Tensor) -> Tensor:
    """(B, V) scores of one position of each text, ``positions`` (B,); the head computes nothing else."""
    token = _POSITIONS.set(positions)
    try:
        output = network(input_ids=ids, attention_mask=mask)
    finally:
        _POSITIONS.reset(token)
    scores: Tensor = output.logits if "logits" in output else output.prediction_logits
    return scores[:, 0]


def masked_scores_below(network: Any, ids: Tensor, position: int) -> Tensor:
    """(L - 1, V) scores of one position of one text (1, T), with the head applied to each layer below the top one."""
    position_token, below_token = _POSITIONS.set(torch.tensor([position])), _BELOW.set(True)
    try:
        output = network(input_ids=ids, output_hidden_states=True)
    finally:
        _POSITIONS.reset(position_token)
        _BELOW.reset(below_token)
    scores: Tensor = output.logits if "logits" in output else output.prediction_logits
    return scores[0]


def looking(network: nn.Module) -> Any:
    """The same network with shared weights, in the implementation that returns its attention."""
    twin: Any = copy.deepcopy(network, {id(weight): weight for weight in network.parameters()})
    twin.set_attn_implementation("eager")
    return twin


def _keep_positions(module: Any, inputs: Any, output: Any) -> Any:
    positions = _POSITIONS.get()
    if positions is not None and _BELOW.get():
        states = torch.stack([state[:, positions[0]] for state in output.hidden_states[:-1]], dim=1)  # (1, L - 1, D)
        norm = TOP_NORMS.get(module.config.model_type)
        output.last_hidden_state = states if norm is None else module.get_submodule(norm)(states)
    elif positions is not None:
        rows = torch.arange(len(positions))
        output.last_hidden_state = output.last_hidden_state[rows, positions][:, None]  # (B, 1, D)
    return output


def _made(values: Mapping[str, Any], head: Head) -> nn.Module:
    return _without_pooler(_class(values, head)(configured(values)), head)


def configured(values: Mapping[str, Any]) -> Any:
    """The configuration object of transformers.

    Raises:
        BadModel: see ``checked``; or a setting is of a type that transformers does not take.
    """
    plain = {name: value for name, value in checked(values).items() if name != "model_type"}
    try:
        return AutoConfig.for_model(values["model_type"], **plain)
    except Exception as error:  # of transformers and of what checks its settings
        raise BadModel(f"config.json does not describe a network that can be built: {error}.") from error


def _class(values: Mapping[str, Any], head: Head) -> Any:
    classes = {"pretraining": MODEL_FOR_PRETRAINING_MAPPING, "masked": MODEL_FOR_MASKED_LM_MAPPING}
    mapping: Any = classes.get(head, MODEL_MAPPING)
    return mapping[type(AutoConfig.for_model(values["model_type"]))]


def _without_pooler(network: Any, head: Head) -> nn.Module:
    """Remove the pooler of a bare encoder: it is not used here, and not always published."""
    if head == "none" and getattr(network, "pooler", None) is not None:
        network.pooler = None
    result: nn.Module = network
    return result


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Switch off the progress bars and reports of transformers; what matters in them becomes an error."""
    transformers_log: Any = logging
    level, bars = transformers_log.get_verbosity(), transformers_log.is_progress_bar_enabled()
    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()
    try:
        yield
    finally:
        transformers_log.set_verbosity(level)
        if bars:
            transformers_log.enable_progress_bar()
