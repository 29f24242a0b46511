"""LSA: a truncated singular value decomposition of weighted counts."""

from embedlab.models.lsa.model import Lsa, LsaConfig

__all__ = ["Lsa", "LsaConfig"]
