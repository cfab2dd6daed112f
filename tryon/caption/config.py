"""The caption section of params.yaml."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tryon.config import Section, TaskConfig, TrainingConfig, ValidationConfig


class SampleConfig(Section):
    """The samples of the other tasks, told of, and more such pictures to train on."""

    makeup: str = Field("data/raw/makeup", description="folder of the makeup sample")
    garment: str = Field("data/raw/garment", description="folder of the garment sample")
    faces: int = Field(100, ge=0, le=1_000_000, description="identities drawn beside those")
    looks: int = Field(2, ge=1, le=16, description="made-up pictures of each of these")
    face_size: int = Field(144, ge=128, le=1024, description="side of their portraits, pixels")
    persons: int = Field(170, ge=0, le=1_000_000, description="identities drawn in garments")
    garments: int = Field(8, ge=2, le=8, description="garments each of these is drawn in")
    person_height: int = Field(
        200, ge=176, le=2048, multiple_of=4, description="of those pictures, pixels; width is 3/4"
    )
    recoloured: int = Field(
        1, ge=0, le=8, description="further pictures of a training garment, in other colours"
    )
    side: int = Field(96, ge=48, le=2048, description="longer side of what is cut out of pictures")
    references: int = Field(5, ge=1, le=20, description="captions per picture")
    variety: float = Field(
        0.25, gt=0, le=1, description="how likely each next phrasing is beside the one before it"
    )
    held_out_share: float = Field(
        0.06, gt=0, lt=0.5, description="of the attribute combinations, seen in the test split only"
    )


class CaptionValidation(ValidationConfig):
    """Adds what only captions have. Lengths are counted in words, as they are scored."""

    min_side: int = Field(48, ge=16, le=8192, description="shortest side in pixels")
    min_captions: int = Field(1, ge=1, le=100, description="per picture")
    max_captions: int = Field(20, ge=1, le=1000, description="per picture")
    min_words: int = Field(3, ge=1, le=100)
    max_words: int = Field(60, ge=1, le=10_000)
    max_characters: int = Field(400, ge=10, le=100_000)
    min_distinct: float = Field(
        0.6, gt=0, le=1, description="different captions ÷ captions of a picture"
    )
    min_letters: float = Field(
        0.6, ge=0, le=1, description="letters, marks and spaces ÷ characters of a caption"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for least, most in (("min_captions", "max_captions"), ("min_words", "max_words")):
            if getattr(self, least) > getattr(self, most):
                raise ValueError(
                    f"{least} {getattr(self, least)} is above {most} {getattr(self, most)}"
                )
        return self


class PreprocessConfig(Section):
    """From pictures and texts to training arrays."""

    size: int = Field(96, ge=32, le=512, multiple_of=16, description="side of the square pictures")
    references: int = Field(5, ge=1, le=20, description="captions kept of each picture")
    max_words: int = Field(28, ge=1, le=200, description="of a training caption; more are cut")
    words: int = Field(160, ge=16, le=100_000, description="most words, special ones included")
    min_count: int = Field(2, ge=1, le=100, description="rarer words of the captions are left out")


class AugmentationConfig(Section):
    """Strengths of the training-time policy; 0 switches a part off."""

    flip: float = Field(0.5, ge=0, le=1, description="probability, where no caption names a side")
    rotate: float = Field(4.0, ge=0, le=45, description="degrees")
    scale: float = Field(0.08, ge=0, le=0.5)
    shift: float = Field(0.04, ge=0, le=0.5, description="of the side")
    light: float = Field(0.08, ge=0, le=1, description="exposure and contrast")
    tint: float = Field(0.02, ge=0, le=1, description="white balance")
    noise: float = Field(0.0, ge=0, le=0.5, description="standard deviation, values 0-1")
    references: int = Field(
        3, ge=1, le=20, description="captions of a picture in a step, others each time"
    )


class NetworkConfig(Section):
    """Sizes of the networks."""

    width: int = Field(12, ge=4, le=512, description="of the encoder's first layer")
    features: int = Field(96, ge=8, le=2048, multiple_of=4, description="of a place")
    embedding: int = Field(64, ge=4, le=2048, description="of a word")
    hidden: int = Field(192, ge=8, le=4096, description="of the decoder")
    codes: int = Field(5, ge=1, le=64, description="ways of telling")
    discriminator_width: int = Field(64, ge=8, le=2048)


class DecodingConfig(Section):
    """How captions are read off the network."""

    style: Literal["greedy", "beam", "sample"] = "beam"
    beams: int = Field(3, ge=1, le=32)
    length_penalty: float = Field(
        0.5, ge=0, le=3, description="exponent; the lower, the less is said that is not sure"
    )
    temperature: float = Field(0.7, gt=0, le=5)
    top_p: float = Field(0.95, gt=0, le=1, description="nucleus; 1 = every word")
    min_words: int = Field(3, ge=0, le=100)
    max_words: int = Field(30, ge=1, le=200)
    no_repeat: int = Field(3, ge=0, le=10, description="n-grams said once only; 0 = no limit")
    max_likeness: float = Field(
        0.85, gt=0, le=1, description="two captions more alike than this are one; 1 = only copies"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_words > self.max_words:
            raise ValueError(f"min_words {self.min_words} is above max_words {self.max_words}")
        return self


class EvaluationConfig(Section):
    """What is measured on the test split."""

    batch_size: int = Field(32, ge=1)
    sampled: int = Field(5, ge=2, le=20, description="captions drawn per picture, for variety")
    pictures: int = Field(6, ge=1, le=64, description="best, median and worst cases shown, each")
    bins: tuple[tuple[int, int], ...] = ((1, 3), (4, 5), (6, 7), (8, 10))


class GateConfig(Section):
    """Limits a candidate must keep to ship. There is no off switch."""

    min_bleu: float = Field(0.72, ge=0, le=1, description="BLEU-4")
    min_bleu_over_prior: float = Field(
        0.15, description="BLEU-4 over the caption without a picture"
    )
    min_attributes_right: float = Field(
        0.72, ge=0, le=1, description="captions with no wrong word; 0 = the data has no attributes"
    )
    min_colours_right: float = Field(
        0.87, ge=0, le=1, description="of the colour words; 0 = the data has no attributes"
    )
    max_bleu_loss: float = Field(
        0.02, ge=0, le=1, description="share of BLEU-4 under the candidate without a game"
    )
    min_diversity_gain: float = Field(
        0.2, ge=0, description="share of div-2 over the candidate without a game"
    )
    max_repeats: float = Field(0.02, ge=0, le=1, description="captions that repeat themselves")
    min_unique: float = Field(0.2, ge=0, le=1, description="different captions ÷ captions")
    max_champion_loss: float = Field(0.02, ge=0, description="BLEU-4 under the champion")
    max_parity: float = Field(1e-3, gt=0, description="ONNX against torch")


class Config(TaskConfig):
    """Everything about the caption task."""

    sample: SampleConfig = SampleConfig()
    validation: CaptionValidation = CaptionValidation()
    preprocess: PreprocessConfig = PreprocessConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()
    decoding: DecodingConfig = DecodingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()
