"""The garment section of params.yaml."""

from pydantic import Field

from tryon.config import (
    Distances,
    Section,
    TaskConfig,
    TrainingConfig,
    ValidationConfig,
)


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
        0.6, ge=0, le=1, description="share of a person's facts that hold in the label map"
    )
    min_garment_cover: float = Field(0.03, ge=0, le=1, description="garment mask, of its photo")
    max_garment_cover: float = Field(0.95, ge=0, le=1, description="garment mask, of its photo")
    min_worn_cover: float = Field(
        0.01, ge=0, le=1, description="labels of the garment's category, of the picture"
    )


class PreprocessConfig(Section):
    """From photos to training arrays in the working frame."""

    height: int = Field(
        128, ge=128, le=1024, multiple_of=128, description="of the frame, pixels; width is 3/4"
    )
    landmark_noise: float = Field(
        0.004, ge=0, le=0.1, description="of garment landmarks in training, ÷ photo height"
    )


class AugmentationConfig(Section):
    """Strengths of the training-time policy; 0 switches a part off."""

    flip: float = Field(0.5, ge=0, le=1, description="probability")
    scale: float = Field(0.1, ge=0, le=0.5)
    shift: float = Field(0.04, ge=0, le=0.5, description="of the height")
    light: float = Field(0.2, ge=0, le=1, description="exposure and contrast")
    tint: float = Field(0.06, ge=0, le=1, description="white balance")
    misfit: float = Field(
        0.012, ge=0, le=0.2, description="shift of the warped garment alone, of the height"
    )
    camera: float = Field(0.7, ge=0, le=1, description="what cameras do to what the readers see")
    clutter: float = Field(0.35, ge=0, le=1, description="probability of another background")
    turn: float = Field(25.0, ge=0, le=180, description="of the garment's photo, degrees")
    zoom: float = Field(0.4, ge=0, le=2, description="of the garment's photo, log size")
    rough: float = Field(0.18, ge=0, le=1, description="faults of the garment's outline")


class NetworkConfig(Section):
    """Sizes of the networks."""

    width: int = Field(24, ge=8, le=512, multiple_of=8, description="of the generator")
    warp_width: int = Field(16, ge=8, le=512, multiple_of=8, description="of the flow network")
    parser_width: int = Field(16, ge=8, le=512, multiple_of=8, description="of both readers")
    discriminator_width: int = Field(24, ge=8, le=512)
    condition_width: int = Field(16, ge=4, le=1024)


class EvaluationConfig(Section):
    """What is measured on the test split."""

    batch_size: int = Field(16, ge=1)
    pictures: int = Field(6, ge=1, le=64, description="best, median and worst cases shown, each")
    bins: tuple[tuple[int, int], ...] = ((1, 3), (4, 5), (6, 7), (8, 10))


class GateConfig(Section):
    """Limits a candidate must keep to ship. There is no off switch."""

    min_psnr_over_paste: float = Field(3.0, description="dB, whole picture, over the pasted warp")
    min_ssim_over_paste: float = Field(0.05, description="whole picture, over the pasted warp")
    min_inside_over_paste: float = Field(
        1.5, description="dB, inside the repainted area, over the pasted warp"
    )
    min_psnr_over_behind: float = Field(
        2.0, description="dB, whole picture, over the warp pasted behind hair, arms and hands"
    )
    min_ssim_over_behind: float = Field(0.04, description="whole picture, over the same")
    min_paired_over_behind: float = Field(
        0.0, description="dB, inside, over the same, of persons in the garment they wear"
    )
    max_outside_change: float = Field(
        0.0, ge=0, description="of 255, outside that area, and of the head and hands"
    )
    max_colour_error: float = Field(6.0, ge=0, description="CIEDE2000 of the garment, median")
    min_labels_right: float = Field(0.8, ge=0, le=1, description="of a person's pixels, read")
    min_mask_iou: float = Field(0.75, ge=0, le=1, description="of the garment's mask, read")
    min_landmarks_near: float = Field(
        0.7, ge=0, le=1, description="share of garment landmarks read within 5 % of the height"
    )
    max_bin_loss: float = Field(2.5, ge=0, description="dB a skin-tone bin may lie under the mean")
    max_champion_loss: float = Field(0.1, ge=0, description="dB under the champion, same test set")
    max_parity: float = Field(1e-3, gt=0, description="ONNX against torch, values 0-1")


class Config(TaskConfig):
    """Everything about the garment task."""

    sample: SampleConfig = SampleConfig()
    validation: GarmentValidation = GarmentValidation()
    preprocess: PreprocessConfig = PreprocessConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()
    distances: Distances = Distances()
