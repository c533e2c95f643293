"""The models behind `voc`: listed, built, checked."""

from voc.models.catalog import ModelCard, build, list_models, rebuild, verify
from voc.models.manifest import Manifest

__all__ = ["Manifest", "ModelCard", "build", "list_models", "rebuild", "verify"]
