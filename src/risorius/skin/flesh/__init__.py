"""Living tissue: layered flesh on bone, drawn by its muscles."""

from risorius.skin.flesh.assemble import make_flesh
from risorius.skin.flesh.solve import Flesh, Settled

__all__ = ["Flesh", "Settled", "make_flesh"]
