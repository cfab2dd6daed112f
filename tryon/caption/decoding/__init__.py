"""From a network's next-word logits to captions: numpy alone, so that the service can do it."""

from tryon.caption.decoding.model import Decoded, Model, State, Stateless
from tryon.caption.decoding.rules import DANGLING, Rules
from tryon.caption.decoding.sampling import sample
from tryon.caption.decoding.search import beam_search, greedy
from tryon.caption.decoding.several import several, unlike

__all__ = [
    "DANGLING",
    "Decoded",
    "Model",
    "Rules",
    "State",
    "Stateless",
    "beam_search",
    "greedy",
    "sample",
    "several",
    "unlike",
]
