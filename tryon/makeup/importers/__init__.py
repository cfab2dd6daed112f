"""The field's own layouts → raw rows. Nothing is ever unpickled."""

from tryon.data.importing import Imported, Importer
from tryon.makeup.importers.common import ImportOptions
from tryon.makeup.importers.folder import import_folder
from tryon.makeup.importers.mt import import_mt
from tryon.makeup.importers.parquet import import_parquet
from tryon.makeup.importers.triplets import import_triplets

__all__ = ["IMPORTERS", "ImportOptions", "Imported", "Importer"]

IMPORTERS: dict[str, Importer] = {
    "folder": import_folder,
    "parquet": import_parquet,
    "mt": import_mt,
    "cpm-synt-2": import_triplets,
}
