"""Every error this project raises on purpose, with a machine-readable code and a fix."""


class TryonError(Exception):
    """An error with a code for programs, a message for people and a hint that says the fix.

    Args:
        message: What happened: what was got, what was expected.
        code: Stable snake_case identifier, the `code` of the service's error JSON.
        hint: The next thing to do about it.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self):  # keyword-only arguments survive the border between processes
        return _rebuild, (type(self), self.message, self.code, self.hint)


def _rebuild(kind: type[TryonError], message: str, code: str, hint: str) -> TryonError:
    return kind(message, code=code, hint=hint)


class ConfigError(TryonError):
    """A parameter is unknown, of the wrong type or out of its range."""

    code = "config"


class DataError(TryonError):
    """A dataset as a whole cannot be used: layout, card, splits, download."""

    code = "data"


class ValidationFailed(DataError):
    """More rows broke the data rules than the configuration allows."""

    code = "validation_failed"


class ImageError(TryonError):
    """Bytes that are no usable picture.

    Codes: `not_an_image`, `broken_image`, `unsupported_format`, `too_many_pixels`, `too_large`,
    `too_small`, `animated`, `empty`.
    """

    code = "not_an_image"


class Refusal(TryonError):
    """A decodable photo this task cannot work on, with its cause.

    Codes: `no_face`, `several_faces`, `face_too_small`, `face_turned_away`, and each task's own.
    """

    code = "refused"


class RequestError(TryonError):
    """A request parameter is unknown or out of range (`unknown_look`, `invalid_look` …)."""

    code = "invalid_request"


class TrainingError(TryonError):
    """Training had to stop: non-finite loss, no data, a checkpoint that does not fit."""

    code = "training"


class GateFailed(TryonError):
    """No candidate passed every rule of the gate; the champion stays as it is."""

    code = "gate_failed"


class RegistryError(TryonError):
    """The registry holds no such model, version or alias."""

    code = "registry"


class BundleError(TryonError):
    """A model bundle that cannot be served: a missing or altered file, metadata that does not fit.

    Codes: `no_bundle`, `invalid_meta`, `altered_bundle`, `not_a_network`, `wrong_input`.
    """

    code = "bundle"
