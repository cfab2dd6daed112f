"""The field's own caption layouts → raw rows."""

from tryon.caption.importers.coco import import_coco
from tryon.caption.importers.flickr import import_flickr
from tryon.caption.importers.folder import import_folder
from tryon.caption.importers.karpathy import import_karpathy
from tryon.data.importing import Imported, Importer, ImportOptions

__all__ = ["IMPORTERS", "ImportOptions", "Imported", "Importer"]

IMPORTERS: dict[str, Importer] = {
    "folder": import_folder,
    "coco": import_coco,
    "karpathy": import_karpathy,
    "flickr8k": import_flickr,
}
