"""The captioner: pure torch.

T is the number of places in the picture, C the features of a place, V the number of words, L the
length of a caption, K the number of ways of telling (codes), D = V + PAIRS.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.caption.encoder import PAIRS, Encoder, Memory

PAD, BEGIN, END = 0, 1, 2  # ids, as in tryon.caption.vocabulary
HEADS = 4


class Decoder(nn.Module):
    """Words → logits of the next ones: a GRU (Cho et al. 2014) whose states look at the places.

    The attention follows the recurrence (Luong et al. 2015, section 3.1), with several heads, so
    that a whole caption is trained in one pass.

    Args:
        embedding: Of a word.
        hidden: H.
        features: C.
        words: V.
        codes: K; each is a way of telling, added to the state before the first word.
    """

    def __init__(self, embedding: int, hidden: int, features: int, words: int, codes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, embedding)
        self.code = nn.Embedding(codes, hidden)
        self.recur = nn.GRU(embedding, hidden, batch_first=True)
        self.query = nn.Linear(hidden, features)
        self.key = nn.Linear(features, features, bias=False)
        self.out = nn.Linear(hidden + features, hidden)
        self.say = nn.Linear(hidden, words)
        self.drop = nn.Dropout(0.1)
        nn.init.normal_(self.code.weight, std=0.1)

    def step(self, word: Tensor, state: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """One word: ids `[B]` → logits `[B, V]` of the next, state `[B, H]`; this is exported."""
        after = self.advance(self.embed(word), state)
        return self.read(after.unsqueeze(1), places).squeeze(1), after

    def advance(self, embedded: Tensor, state: Tensor) -> Tensor:
        """The state after one more word: `[B, E]`, `[B, H]` → `[B, H]`, as `recur` has it."""
        own = dict(self.recur.named_parameters())
        given = F.linear(embedded, own["weight_ih_l0"], own["bias_ih_l0"])
        kept = F.linear(state, own["weight_hh_l0"], own["bias_hh_l0"])
        (reset, update, new), (old_reset, old_update, old) = given.chunk(3, 1), kept.chunk(3, 1)
        gate = torch.sigmoid(update + old_update)
        fresh = torch.tanh(new + torch.sigmoid(reset + old_reset) * old)
        return (1 - gate) * fresh + gate * state

    def read(self, states: Tensor, places: Tensor) -> Tensor:
        """Logits `[B, L, V]` of the words that follow states `[B, L, H]`."""
        value = places.unflatten(2, (HEADS, -1)).transpose(1, 2)  # [B, heads, T, C/heads]
        seen = (self.attention(states, places) @ value).transpose(1, 2).flatten(2)  # [B, L, C]
        hidden = torch.tanh(self.out(torch.cat([states, seen], 2)))
        return self.say(self.drop(hidden))

    def attention(self, states: Tensor, places: Tensor) -> Tensor:
        """How much each state `[B, L, H]` looks at each place, `[B, heads, L, T]`, sums of 1.

        Of fewer states than places the queries go through the keys' weights instead of the places:
        the scores are the same, at a tenth of the cost of a step.
        """
        query = self.query(states).unflatten(2, (HEADS, -1)).transpose(1, 2)  # [B, heads, L, C/h]
        scale = query.shape[3] ** -0.5
        if states.shape[1] < places.shape[1]:
            weight = self.key.weight.unflatten(0, (HEADS, -1))  # [heads, C/heads, C]
            scores = (query @ weight) @ places.unsqueeze(1).transpose(2, 3)
        else:
            key = self.key(places).unflatten(2, (HEADS, -1)).transpose(1, 2)
            scores = query @ key.transpose(2, 3)
        return (scores * scale).softmax(3)


class Recogniser(nn.Module):
    """Captions → logits of the code they were told by, `[B, K]` (Chen et al. 2016, section 4).

    Reads the words alone, since a way of telling is no matter of the picture.

    Args:
        words: V.
        codes: K.
        width: Of its state.
    """

    def __init__(self, words: int, codes: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Linear(words, width, bias=False)
        self.recur = nn.GRU(width, width, batch_first=True)
        self.guess = nn.Linear(2 * width, codes)

    def forward(self, captions: Tensor) -> Tensor:
        """captions `[B, L, V]`, one-hot, padding after the end."""
        return self.guess(_read(self.embed, self.recur, captions))


class Generator(nn.Module):
    """Pictures → captions.

    Args:
        width: Of the encoder.
        features: C, a multiple of 4.
        embedding: Of a word.
        hidden: H.
        words: V.
        codes: K.
        size: Side of the pictures.
    """

    def __init__(
        self, width: int, features: int, embedding: int, hidden: int, words: int, codes: int,
        size: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.encoder = Encoder(width, features, hidden, words, size)
        self.decoder = Decoder(embedding, hidden, features, words, codes)
        self.recogniser = Recogniser(words, codes, embedding)
        self.words, self.codes = words, codes

    def tell(self, memory: Memory, captions: Tensor, codes: Tensor) -> Tensor:
        """Logits of each next word of given captions, `[N, R, L - 1, V]`.

        Args:
            memory: Of N pictures.
            captions: Ids `[N, R, L]`: begin, words, end, padding.
            codes: `[N, R]`.
        """
        count, several, length = captions.shape
        state = (memory.start.unsqueeze(1) + self.decoder.code(codes)).flatten(0, 1)
        embedded = self.decoder.embed(captions[:, :, :-1].flatten(0, 1))
        states, _ = self.decoder.recur(embedded, state.unsqueeze(0))  # [N R, L - 1, H]
        logits = self.decoder.read(states.reshape(count, -1, states.shape[2]), memory.places)
        return logits.view(count, several, length - 1, self.words)

    def draw(self, memory: Memory, codes: Tensor, length: int) -> Tensor:
        """Captions drawn word by word, one-hot `[N, L, V]`, padding after the end.

        Gumbel noise and a straight-through gradient (Jang et al. 2017, section 2.2), temperature 1.

        Args:
            memory: Of N pictures.
            codes: `[N]`.
            length: L, without the word that begins.
        """
        state = memory.start + self.decoder.code(codes)
        word = F.one_hot(torch.full_like(codes, BEGIN), self.words).to(state)
        padding = F.one_hot(torch.full_like(codes, PAD), self.words).to(state)
        going = torch.ones(len(codes), 1, device=state.device)
        said = []
        for _ in range(length):
            state = self.decoder.advance(word @ self.decoder.embed.weight, state)
            logits = self.decoder.read(state.unsqueeze(1), memory.places)
            word = F.gumbel_softmax(logits[:, 0].float(), hard=True)
            said.append(going * word + (1 - going) * padding)
            going = going * (1 - word[:, END : END + 1].detach())
        return torch.stack(said, 1)

    def attention(self, image: Tensor, captions: Tensor) -> Tensor:
        """How much captions, ids `[N, 1, L]`, look at each place of their pictures, `[N, T]`."""
        memory = self.encoder(image)
        embedded = self.decoder.embed(captions[:, 0, :-1])
        states, _ = self.decoder.recur(embedded, memory.start.unsqueeze(0))
        alive = (captions[:, 0, 1:] != PAD)[:, None, :, None]
        return (self.decoder.attention(states, memory.places) * alive).sum((1, 2))

    def forward(
        self, image: Tensor, captions: Tensor, codes: Tensor, drawn: bool = False
    ) -> dict[str, Tensor]:
        """Everything the losses need, in one pass.

        Args:
            image: `[N, 3, S, S]` in [0, 1].
            captions: Ids `[N, R, L]`: begin, words, end, padding.
            codes: `[N, R]`, by which the captions are told; while captions are drawn their own
                codes are recognised instead, and the first of these decides the drawn caption's.
            drawn: Whether to draw a caption of each picture too.

        Returns:
            `logits` `[N, R, L - 1, V]` of the next words and `detected` `[N, D]`; where captions
            are drawn also `places` `[N, T, C]`, `caption` `[N, L - 1, V]`, `code` `[N]`, the
            recogniser's `guess` `[N, K]` of it, and of the given captions `guesses` `[N, R, K]`
            and `codes` `[N, R]`.
        """
        memory = self.encoder(image)
        if not drawn:  # several processes wait for a gradient of every parameter
            idle = sum(0.0 * weight.sum() for weight in self.recogniser.parameters())
            return {"logits": self.tell(memory, captions, codes), "detected": memory.hints + idle}
        given = one_hot(captions, self.words)  # [N, R, L - 1, V]
        guesses = self.recogniser(given.flatten(0, 1)).view(*captions.shape[:2], self.codes)
        own = shared_out(guesses.detach())
        caption = self.draw(memory, codes[:, 0], captions.shape[2] - 1)
        return {
            "logits": self.tell(memory, captions, own),
            "detected": memory.hints,
            "places": memory.places,
            "caption": caption,
            "code": codes[:, 0],
            "guess": self.recogniser(caption),
            "guesses": guesses,
            "codes": own,
        }


def one_hot(captions: Tensor, words: int) -> Tensor:
    """Ids `[..., L]`, the one that begins first → one-hot `[..., L - 1, V]` without it."""
    return F.one_hot(captions[..., 1:], words).float()


def said(captions: Tensor, words: int) -> Tensor:
    """Which words and which pairs of neighbours each caption has, 0 or 1, `[N, R, D]`.

    Pairs have no vocabulary: they fall into buckets by their ids (Weinberger et al. 2009).

    Args:
        captions: Ids `[N, R, L]`.
        words: V.
    """
    first, second = captions[..., :-1], captions[..., 1:]
    both = (first > END) & (second > END)
    bucket = words + (1 + (first * 389 + second) % (PAIRS - 1)) * both  # those of no pair: the 0th
    found = torch.zeros(*captions.shape[:2], words + PAIRS, device=captions.device)
    found = found.scatter(2, captions, 1.0).scatter(2, bucket, 1.0)
    return found


def shared_out(liking: Tensor) -> Tensor:
    """A code for each caption of a picture, none twice before each was given once, `[N, R]`.

    Greedy: the surest pair of caption and code first. Captions of one picture are told in
    different ways, so that a code becomes a way of telling and not a subject.

    Args:
        liking: How well each code suits each caption, `[N, R, K]`.
    """
    count, several, codes = liking.shape
    open_ = liking.log_softmax(2)
    taken = torch.zeros(count, several, dtype=torch.long, device=liking.device)
    rows = torch.arange(count, device=liking.device)
    for turn in range(several):
        if turn % codes == 0:
            free = torch.ones(count, codes, dtype=torch.bool, device=liking.device)
        left = open_.masked_fill(~free.unsqueeze(1), -1e9)
        best = left.flatten(1).argmax(1)  # [N]
        caption, code = best // codes, best % codes
        taken[rows, caption] = code
        open_ = open_.index_put((rows, caption), torch.full_like(open_[0, 0], -2e9))
        free[rows, code] = False
    return taken


def _read(embed: nn.Linear, recur: nn.GRU, captions: Tensor) -> Tensor:
    """First words and all words of captions `[B, L, V]`, `[B, 2W]`."""
    alive = 1 - captions[:, :, PAD : PAD + 1]
    states, _ = recur(embed(captions))
    mean = (states * alive).sum(1) / alive.sum(1).clamp_min(1)
    return torch.cat([mean, states.amax(1)], 1)
