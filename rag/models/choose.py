"""Which embedder the settings name."""

from __future__ import annotations

from rag.base.settings import Settings
from rag.models.embed import MiniLM
from rag.models.embedder import Embedder, EmbedderIdentity
from rag.models.static import StaticEmbedder


def identity_of(settings: Settings) -> EmbedderIdentity:
    """What decides its vectors; nothing is loaded."""
    return StaticEmbedder.identity if settings.embedder == "fast" else MiniLM.identity


def embedder_of(settings: Settings) -> Embedder:
    """The embedder, loaded.

    Raises:
        WeightsError: its package or weights are missing or not the expected ones.
    """
    if settings.embedder == "fast":
        return StaticEmbedder()
    return MiniLM(weights=settings.weights, threads=settings.threads)
