"""Sound from WAV files, as the aligner hears it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.perform.table import load_table

__all__ = ["RATE", "read_wav"]

RATE = 16000
"""What the acoustic model hears [1/s]."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_KINDS = {
    (_PCM, 8): "u1",
    (_PCM, 16): "<i2",
    (_PCM, 24): "u1",
    (_PCM, 32): "<i4",
    (_FLOAT, 32): "<f4",
    (_FLOAT, 64): "<f8",
}


class _Form(NamedTuple):
    code: int
    channels: int
    rate: int
    bits: int


def read_wav(path: Path) -> NDArray[np.int16]:
    """Read a WAV file as one channel of 16 bits with `RATE` samples per second.

    Parameters
    ----------
    path : Path
        PCM of 8, 16, 24 or 32 bits or floating point, of any rate and number of channels.

    Returns
    -------
    wave : (samples,) int16
        As loud as it can be without clipping.

    Raises
    ------
    InputError
        The file cannot be read, is no such file, or is empty, silent or too long.
    """
    from scipy.signal import resample_poly

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}.") from error
    form, data = _chunks(path, content)
    kind = _KINDS.get((form.code, form.bits))
    if kind is None:
        raise InputError(
            f"{path} holds sound in a form that is not read here (code {form.code}, {form.bits} "
            "bits): save it as WAV, PCM 16 bits."
        )
    if not (1 <= form.channels <= 64 and 1000 <= form.rate <= 768000):
        raise InputError(
            f"{path} claims {form.channels} channels at {form.rate} samples per second: a broken "
            "WAV file."
        )
    frame = form.channels * form.bits // 8
    longest = load_table("speech")["files"]["longest"]["typ"]
    count = len(data) // frame
    if not form.rate / 20 <= count <= longest * form.rate:
        raise InputError(
            f"{path} lasts {count / form.rate:.3g} s; 50 ms to {longest / 60:g} minutes can be "
            "read."
        )
    wave = _samples(data[: count * frame], kind, form).reshape(count, -1).mean(axis=1)
    if not np.isfinite(wave).all() or not np.ptp(wave) > 0.0:
        raise InputError(f"{path} is silent, or holds values that are no sound.")
    wave = wave / np.abs(wave).max()
    if form.rate != RATE:
        common = int(np.gcd(RATE, form.rate))
        wave = resample_poly(wave, RATE // common, form.rate // common)
    wave = wave - wave.mean()
    return np.asarray(np.round(wave / np.abs(wave).max() * 32767), dtype=np.int16)


def _chunks(path: Path, content: bytes) -> tuple[_Form, bytes]:
    """Return the form and the data of a RIFF file; a length that is too great ends with it."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise InputError(f"{path} is not a WAV file.")
    form, place = None, 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        body = content[place + 8 : place + 8 + length]
        if name == b"fmt " and len(body) >= 16:
            code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if code == _EXTENSIBLE and len(body) >= 26:
                (code,) = struct.unpack_from("<H", body, 24)
            form = _Form(code, channels, rate, bits)
        elif name == b"data" and form is not None:
            return form, body
        place += 8 + length + length % 2
    raise InputError(f"{path} is a WAV file without any sound in it.")


def _samples(data: bytes, kind: str, form: _Form) -> NDArray[np.float64]:
    values = np.frombuffer(data, dtype=kind)
    if form.bits == 24:
        # Three bytes, the last one with the sign.
        low, middle, high = values.reshape(-1, 3).T.astype(np.int32)
        return np.asarray(low + (middle << 8) + ((high ^ 128) - 128 << 16), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wide = values.astype(np.float64)
    return wide - 128.0 if form.bits == 8 else wide
