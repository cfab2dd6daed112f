"""The field's own layouts → raw rows. Nothing is ever unpickled."""

from tryon.data.importing import Imported, Importer
from tryon.garment.importers.common import ImportOptions
from tryon.garment.importers.deepfashion2 import import_deepfashion2
from tryon.garment.importers.dresscode import import_dresscode
from tryon.garment.importers.folder import import_folder
from tryon.garment.importers.viton import import_cp_vton, import_viton_hd

__all__ = ["IMPORTERS", "ImportOptions", "Imported", "Importer"]

IMPORTERS: dict[str, Importer] = {
    "folder": import_folder,
    "viton-hd": import_viton_hd,
    "cp-vton": import_cp_vton,
    "dresscode": import_dresscode,
    "deepfashion2": import_deepfashion2,
}
