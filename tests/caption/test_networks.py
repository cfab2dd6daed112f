"""The captioner, its critic and their objective."""

import pytest
import torch

from tests.caption.squares import CONFIG
from tryon.caption.discriminator import Discriminator, paired
from tryon.caption.encoder import differences
from tryon.caption.networks import PAD, one_hot, said, shared_out
from tryon.caption.objective import build, detection, likelihood, make_generator
from tryon.config import CandidateConfig
from tryon.gan.adversary import Adversary
from tryon.gan.losses import LOSSES


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    captions = torch.randint(4, 24, (4, 2, 8), generator=random)
    captions[..., 0], captions[..., 5], captions[..., 6:] = 1, 2, PAD
    return {"image": torch.rand(4, 3, 32, 32, generator=random), "captions": captions}


def test_one_step_is_the_recurrence(batch):
    generator = make_generator(CONFIG).eval()
    with torch.no_grad():
        memory = generator.encoder(batch["image"])
        told = generator.tell(memory, batch["captions"], torch.zeros(4, 2, dtype=torch.long))
        state = memory.start + generator.decoder.code.weight[0]
        for at in range(7):
            word = batch["captions"][:, 1, at]
            logits, state = generator.decoder.step(word, state, memory.places)
            torch.testing.assert_close(logits, told[:, 1, at], atol=1e-5, rtol=1e-4)


def test_drawn_captions_are_words_until_they_end(batch):
    generator = make_generator(CONFIG)
    torch.manual_seed(0)
    said = generator.draw(generator.encoder(batch["image"]), torch.zeros(4, dtype=torch.long), 40)
    ids = said.argmax(2)
    assert torch.equal(said.sum(2).round(), torch.ones(4, 40))
    for row in ids:
        ends = (row == 2).nonzero()
        assert len(ends) <= 1
        if len(ends):
            assert (row[int(ends[0]) + 1 :] == PAD).all()
    said.square().sum().backward()
    assert generator.encoder.trunk[0].weight.grad.abs().sum() > 0


def test_differences_tell_stripes_checks_and_dots_apart():
    wave = torch.sin(torch.arange(32) * 0.8)
    across, down = wave.expand(3, 32, 32), wave[:, None].expand(3, 32, 32)
    cloths = torch.stack([across, down, across + down, across.clamp(0) * down.clamp(0)])
    found = differences(cloths)
    each = torch.stack([own.mean((1, 2, 3)) for own in found[:3]], 1)  # down, across, both
    seen = (each > 0.05).tolist()
    assert seen == [[False, True, False], [True, False, False], [True, True, False], [True] * 3]


def test_codes_are_shared_out():
    liking = torch.tensor([[[3.0, 0, 0], [2.9, 0, 0], [0, 0, 5]]])
    assert shared_out(liking).tolist() == [[0, 1, 2]]
    several = shared_out(torch.randn(6, 4, 2))
    assert ((several == 0).sum(1) == 2).all()  # each twice before any three times


def test_the_critic_reads_nothing_after_the_end(batch):
    critic = Discriminator(4, 16, 24, 16)
    captions = one_hot(batch["captions"][:, 0], 24)
    places = torch.rand(4, 4, 16)
    longer = torch.cat([captions, one_hot(torch.full((4, 4), PAD), 24)], 1)
    critic.eval()
    torch.testing.assert_close(critic(paired(places, captions)), critic(paired(places, longer)))


def test_likelihood_and_detection_by_hand(batch):
    logits = torch.full((4, 2, 7, 24), -30.0)
    logits.scatter_(3, batch["captions"][:, :, 1:, None], 30.0)
    flat = torch.zeros(4, 2, 7, 24)
    assert float(likelihood(flat, batch["captions"])) == pytest.approx(3.178, abs=1e-3)  # ln 24
    assert float(likelihood(logits, batch["captions"])) < float(
        likelihood(logits.roll(1, 3), batch["captions"])
    )
    has = said(batch["captions"], 24).mean(1)
    sure = torch.logit(has.clamp(1e-5, 1 - 1e-5))
    least = -(has * has.clamp(1e-9, 1).log() + (1 - has) * (1 - has).clamp(1e-9, 1).log()).sum(1)
    assert float(detection(sure, batch["captions"])) == pytest.approx(float(least.mean()), abs=0.05)
    assert float(detection(-sure, batch["captions"])) > 100


def test_words_and_their_neighbours_are_told_apart():
    """ "Red lips, blue shirt" and "blue lips, red shirt" have the same words."""
    captions = torch.tensor([[[1, 4, 5, 6, 7, 2, 0], [1, 6, 5, 4, 7, 2, 0]]])
    found = said(captions, 24)[0]
    assert torch.equal(found[0, :24], found[1, :24])
    assert not torch.equal(found[0], found[1])
    assert found[0, 25:].sum() == 3  # begin, end and padding are nobody's neighbours


def test_the_game_has_its_terms(batch):
    objective = build(CONFIG, CandidateConfig(adversarial="bce"), 1)
    adversary = Adversary(LOSSES["bce"], 0.1)
    generated = objective.generate(objective.generator, batch)
    assert generated["caption"].shape == (4, 5, 24)  # no longer than the longest reference
    detached = {name: value.detach() for name, value in generated.items()}
    critic = objective.discriminator_losses(
        objective.discriminator, batch, detached, adversary, False
    )
    assert {"real_logit", "fake_logit", "matching"} <= set(critic.observed)
    terms = objective.generator_losses(objective.discriminator, batch, generated, adversary)
    assert set(terms.losses) == {
        *("likelihood", "detection", "information", "anchor", "adversarial")
    }
    terms.total().backward()
    assert objective.generator.recogniser.guess.weight.grad is not None


def test_before_the_game_only_the_references_count(batch):
    objective = build(CONFIG, CandidateConfig(adversarial="none"), 1)
    assert objective.discriminator is None
    generated = objective.rehearse(objective.generator, batch)
    terms = objective.generator_losses(None, batch, generated, None)
    assert set(terms.losses) == {"likelihood", "detection"}
    terms.total().backward()
    assert all(weight.grad is not None for weight in objective.generator.parameters())


def test_pictures_of_the_progress(batch):
    objective = build(CONFIG, CandidateConfig(adversarial="none"), 1)
    with torch.no_grad():
        shown = objective.preview(objective.generator.eval(), batch)
    assert shown.shape == (4, 2, 3, 32, 32)
    assert 0 <= shown.min() <= shown.max() <= 1
    made, wanted = objective.compared(batch, objective.rehearse(objective.generator, batch))
    assert made.shape == wanted.shape == (4, 23)


def test_the_seed_alone_decides_the_initial_weights():
    first, second, third = (
        build(CONFIG, CandidateConfig(adversarial="bce"), seed).generator.state_dict()
        for seed in (5, 5, 6)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["encoder.place"], third["encoder.place"])
