"""The two networks at play: their optimisers, their steps, and everything a checkpoint keeps."""

from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from tryon.config import TrainingConfig
from tryon.errors import TrainingError
from tryon.gan import losses
from tryon.gan.adversary import Adversary
from tryon.gan.ema import ExponentialAverage
from tryon.gan.health import Health
from tryon.gan.meter import Meter
from tryon.gan.objective import Objective
from tryon.gan.schedule import factor, set_rate
from tryon.gan.terms import Batch, Terms


class Players:
    """Generator and discriminator, wrapped by Fabric, and one method per kind of step.

    Args:
        fabric: Launched.
        objective: The task's networks and terms.
        config: Learning rates, schedule, clipping, averaging.
        adversarial: Name of the loss; "none" leaves the discriminator out.

    Raises:
        TrainingError: a game without a discriminator.
    """

    def __init__(
        self, fabric: Fabric, objective: Objective, config: TrainingConfig, adversarial: str
    ) -> None:
        self.fabric, self.objective, self.config = fabric, objective, config
        loss = losses.adversarial_loss(adversarial)
        self.adversary: Adversary | None = None
        if loss is not None:
            self.adversary = Adversary(
                loss, config.adversarial_weight, config.r1_weight, config.r1_every
            )
        scaled = config.precision == "16-mixed"
        self.meter = Meter(lenient=("/gradient",) if scaled else ())
        self.health = Health()
        self.raw = {"generator": objective.generator}
        if self.adversary is not None:
            if objective.discriminator is None:
                raise TrainingError(
                    f"adversarial {adversarial!r} needs a discriminator; the objective has none",
                    hint="set adversarial: none, or give the objective a discriminator",
                )
            self.raw["discriminator"] = objective.discriminator
        rates = {
            "generator": config.generator_lr,
            "discriminator": config.discriminator_lr,
        }
        self.rates = {name: rates[name] for name in self.raw}
        self.optimisers: dict[str, torch.optim.Optimizer] = {}
        self.networks: dict[str, Any] = {}
        self.steppers: dict[str, Any] = {}
        self.direct: dict[str, Any] = {}
        for name, network in self.raw.items():
            network.train()
            if config.channels_last:
                network.to(memory_format=torch.channels_last)
            fabric.to_device(network)  # before the optimiser looks at the parameters
            self.optimisers[name] = torch.optim.Adam(
                network.parameters(), rates[name], betas=config.betas, fused=not scaled
            )
            self.direct[name] = self._compiled(name, network)
            self.networks[name], self.steppers[name] = fabric.setup(
                self._compiled(name, network), self.optimisers[name]
            )
        self.average = ExponentialAverage(objective.generator, config.ema_decay)

    def place(self, batch: Batch) -> Batch:
        """A batch on the device."""
        return {
            name: value.to(self.fabric.device, non_blocking=True) for name, value in batch.items()
        }

    def playing(self, step: int) -> bool:
        """Whether there is a game at a step, and not only the generator's own terms."""
        begins = self.config.adversarial_from * self.config.steps
        return self.adversary is not None and step >= begins

    def practise(self, step: int, batch: Batch) -> None:
        """A discriminator step alone."""
        if self.playing(step):
            with torch.no_grad():
                generated = self.objective.generate(self.networks["generator"], batch)
            self._discriminate(step, batch, generated)

    def play(self, step: int, batch: Batch) -> Batch:
        """A discriminator step (where there is a game), then a generator step on the same batch."""
        self._set_rates(step)
        playing = self.playing(step)
        generate = self.objective.generate
        if not playing:
            generate = getattr(self.objective, "rehearse", generate)
        generated = generate(self.networks["generator"], batch)
        detached = {name: value.detach() for name, value in generated.items()}
        if playing:
            self._discriminate(step, batch, detached)
        frozen = self._frozen() if playing else None
        adversary = self.adversary if playing else None
        terms = self.objective.generator_losses(frozen, batch, generated, adversary)
        self._update("generator", step, terms)
        if frozen is not None:
            self.raw["discriminator"].requires_grad_(True)
        self.average.update(self.raw["generator"], step)
        return detached

    @torch.no_grad()
    def preview(self, batch: Batch) -> Tensor:
        """The averaged generator's pictures of a fixed batch, `[rows, columns, 3, H, W]`."""
        with self.fabric.autocast():
            return self.objective.preview(self.average.module, batch).float().cpu()

    def state(self) -> dict[str, Any]:
        """Everything that must survive a kill, as tensors and plain values."""
        return {
            "meter": self.meter.state(),
            "health": self.health.state(),
            "average": self.average.module.state_dict(),
            "scaler": self.fabric.strategy.precision.state_dict(),
            "networks": {name: network.state_dict() for name, network in self.raw.items()},
            "optimisers": {name: value.state_dict() for name, value in self.optimisers.items()},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Put back what `state` gave; networks it does not know stay as they are."""
        self.meter.load(state["meter"])
        self.health = Health(**state["health"])
        self.average.module.load_state_dict(state["average"])
        self.fabric.strategy.precision.load_state_dict(state["scaler"])
        for name in self.raw.keys() & state["networks"].keys():
            self.raw[name].load_state_dict(state["networks"][name])
            self.optimisers[name].load_state_dict(state["optimisers"][name])

    def _discriminate(self, step: int, batch: Batch, generated: Batch) -> None:
        assert self.adversary is not None
        lazy = step % self.adversary.r1_every == 0
        network = self.networks["discriminator"]
        self._update(
            "discriminator",
            step,
            self.objective.discriminator_losses(network, batch, generated, self.adversary, lazy),
        )

    def _update(self, name: str, step: int, terms: Terms) -> None:
        optimiser = self.steppers[name]
        optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(terms.total())
        norm: Any = self.fabric.clip_gradients(
            self.networks[name], optimiser, max_norm=self.config.clip_norm, error_if_nonfinite=False
        )
        optimiser.step()
        self.meter.add(step, name, terms, norm)

    def _set_rates(self, step: int) -> None:
        share = factor(step, self.config.steps, self.config.warmup_steps, self.config.decay_from)
        for name, rate in self.rates.items():
            set_rate(self.optimisers[name], rate * share)

    def _frozen(self) -> Any | None:
        """The discriminator as the generator's critic: no gradient for its own weights.

        It is called without the DDP wrapper, which would wait for gradients that never come.
        """
        if self.adversary is None:
            return None
        self.raw["discriminator"].requires_grad_(False)
        network = self.direct["discriminator"]

        def critic(*inputs: Tensor) -> Any:
            with self.fabric.autocast():
                return network(*inputs)

        return critic

    def _compiled(self, name: str, network: nn.Module) -> Any:
        twice = name == "discriminator" and self.adversary and self.adversary.differentiates_twice
        return torch.compile(network) if self.config.compile and not twice else network
