"""The garment section of params.yaml."""

from pydantic import Field

from tryon.config import Section, TaskConfig, ValidationConfig


class SampleConfig(Section):
    """The rendered sample dataset."""

    identities: int = Field(360, ge=20, le=1_000_000)
    height: int = Field(
        512, ge=192, le=2048, multiple_of=4, description="of the pictures, pixels; width is 3/4"
    )
    garments: int = Field(2, ge=2, le=8, description="garments each person is drawn in")
    validation_share: float = Field(0.1, gt=0, lt=0.5)
    test_share: float = Field(0.2, gt=0, lt=0.5)


class GarmentValidation(ValidationConfig):
    """Adds what only persons and garments have."""

    min_keypoints_inside: float = Field(
        0.3, ge=0, le=1, description="share of the 18 keypoints that lie in the picture"
    )
    max_keypoint_error: float = Field(
        0.35, gt=0, description="given against found keypoints, mean, of the shoulder width"
    )
    min_label_fit: float = Field(
        0.75, ge=0, le=1, description="share of a person's facts that hold in the label map"
    )
    min_garment_cover: float = Field(0.03, ge=0, le=1, description="garment mask, of its photo")
    max_garment_cover: float = Field(0.95, ge=0, le=1, description="garment mask, of its photo")
    min_worn_cover: float = Field(
        0.01, ge=0, le=1, description="labels of the garment's category, of the picture"
    )


class Config(TaskConfig):
    """Everything about the garment task."""

    sample: SampleConfig = SampleConfig()
    validation: GarmentValidation = GarmentValidation()
