"""The makeup section of params.yaml."""

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

    identities: int = Field(480, ge=20, le=1_000_000)
    size: int = Field(256, ge=128, le=1024, description="side of the square pictures, pixels")
    looks: int = Field(2, ge=1, le=16, description="made-up pictures per training identity")
    validation_share: float = Field(0.1, gt=0, lt=0.5)
    test_share: float = Field(0.2, gt=0, lt=0.5)


class MakeupValidation(ValidationConfig):
    """Adds what only faces have."""

    min_face_share: float = Field(0.08, ge=0, le=1, description="eye distance ÷ image width")
    max_landmark_error: float = Field(
        0.15, gt=0, le=1, description="given against found landmarks, mean, of the eye distance"
    )
    min_label_fit: float = Field(
        0.75, ge=0, le=1, description="share of a face's facts that hold in the label map"
    )
    min_mask_cover: float = Field(0.03, ge=0, le=1, description="face labels, of the picture")
    max_mask_cover: float = Field(0.95, ge=0, le=1, description="face labels, of the picture")


class PreprocessConfig(Section):
    """From photos to aligned training arrays."""

    size: int = Field(128, ge=32, le=1024, multiple_of=16, description="side of the aligned crop")
    margin: float = Field(1.55, ge=1, le=4, description="crop side ÷ longest side of the face")
    looks_per_face: int = Field(2, ge=1, le=16, description="operator looks per bare photo")
    min_eye_distance: float = Field(24.0, ge=4, description="pixels between the pupils")
    max_yaw: float = Field(45.0, ge=5, le=90, description="degrees")
    max_pitch: float = Field(35.0, ge=5, le=90, description="degrees")


class AugmentationConfig(Section):
    """Strengths of the training-time policy; 0 switches a part off."""

    flip: float = Field(0.5, ge=0, le=1, description="probability")
    rotate: float = Field(6.0, ge=0, le=45, description="degrees")
    scale: float = Field(0.12, ge=0, le=0.5)
    shift: float = Field(0.05, ge=0, le=0.5, description="of the side")
    light: float = Field(0.2, ge=0, le=1, description="exposure, contrast, gamma")
    tint: float = Field(0.07, ge=0, le=1, description="white balance")
    noise: float = Field(0.02, ge=0, le=0.5, description="standard deviation, values 0-1")
    mask_jitter: float = Field(0.006, ge=0, le=0.1, description="of the side")


class NetworkConfig(Section):
    """Generator and discriminator sizes."""

    width: int = Field(24, ge=8, le=512, multiple_of=4)
    discriminator_width: int = Field(32, ge=8, le=512)
    condition_width: int = Field(64, ge=8, le=1024)
    crop: int = Field(48, ge=16, le=512, description="side of the discriminator's crops, pixels")


class EvaluationConfig(Section):
    """What is measured on the test split."""

    batch_size: int = Field(32, ge=1)
    pictures: int = Field(6, ge=1, le=64, description="best, median and worst cases shown, each")
    bins: tuple[tuple[int, int], ...] = ((1, 3), (4, 5), (6, 7), (8, 10))
    landmark_samples: int = Field(32, ge=0, description="faces searched again in the result")


class GateConfig(Section):
    """Limits a candidate must keep to ship. There is no off switch."""

    min_psnr_over_shift: float = Field(2.0, description="dB in the regions over the analytic shift")
    max_lip_delta_e: float = Field(1.5, ge=0, description="CIEDE2000")
    min_ssim: float = Field(0.98, ge=0, le=1, description="whole image")
    max_outside_change: float = Field(0.0, ge=0, description="of 255, outside the regions")
    max_bin_loss: float = Field(2.0, ge=0, description="dB a skin-tone bin may lie under the mean")
    max_champion_loss: float = Field(0.1, ge=0, description="dB under the champion, same test set")
    max_parity: float = Field(1e-3, gt=0, description="ONNX against torch, values 0-1")


class Config(TaskConfig):
    """Everything about the makeup task."""

    sample: SampleConfig = SampleConfig()
    validation: MakeupValidation = MakeupValidation()
    preprocess: PreprocessConfig = PreprocessConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()
    distances: Distances = Distances()
