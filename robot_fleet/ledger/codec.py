"""A strict JSON codec for frozen dataclasses, compiled once per class from its type hints.

What may stand in a hint: `str`, `int`, `float`, `bool`, `None`, `StrEnum` classes, `Literal` strings, `X | None`,
`tuple[X, ...]`, `tuple[X, Y]`, `frozenset[str]`, `Mapping[str, X]`, nested dataclasses, and `object` for free JSON
(None, bool, int, float, str, list, dict with str keys). Nothing is converted on the quiet: a value of another type is
refused with the path to it. Two exceptions, both lossless: an int may stand for a float, and an infinite float is
written as the string `inf` or `-inf` because JSON has no such number. NaN is refused.

A field that is absent from the JSON takes its default; one without a default must be there. Unknown fields are errors.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]

_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def _refuse_constant(name: str) -> Any:
    raise CodecMismatch("a number that JSON has", name)


_scan = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode


def parse(text: str) -> Any:
    """Return the value of strict JSON text.

    Raises
    ------
    CodecMismatch : the text is no JSON, goes on after the value, or holds NaN or Infinity.
    """
    try:
        value, end = _scan(text)
    except json.JSONDecodeError as error:
        raise CodecMismatch(f"JSON ({error.msg} at character {error.pos})", text) from error
    if end != len(text):
        raise CodecMismatch(f"nothing after character {end}", text)
    return value


class CodecMismatch(ValueError):
    """A value that does not fit its type; `path` leads to it from the outermost value.

    Parameters
    ----------
    expected : what the type asks for.
    got : the value found.
    """

    def __init__(self, expected: str, got: object) -> None:
        super().__init__(expected)
        self.expected = expected
        self.got = got
        self.path = ""

    def under(self, part: str) -> CodecMismatch:
        """Return the same mismatch one level further out."""
        self.path = part + self.path
        return self

    def __str__(self) -> str:
        shown = repr(self.got)
        return (
            f"at {self.path or '.'}: expected {self.expected}, got {shown if len(shown) <= 80 else shown[:77] + '...'}"
        )


@dataclasses.dataclass(frozen=True, slots=True)
class ValueCodec:
    """How one type is turned into JSON values (`encode`) and back (`decode`)."""

    encode: Encode
    decode: Decode

    def dumps(self, value: object) -> str:
        """Return the value as compact JSON text.

        Raises
        ------
        CodecMismatch : the value does not fit the type.
        """
        return _write(self.encode(value))

    def loads(self, text: str) -> Any:
        """Return the value written in JSON text.

        Raises
        ------
        CodecMismatch : the text is no JSON, or does not fit the type.
        """
        return self.decode(parse(text))


@cache
def text_reader(hint: Any) -> Callable[[str], Any]:
    """Return what does the same as `value_codec(hint).loads` in a third of the time.

    Pydantic reads the text. It knows no infinite number, takes NaN, and says other things of what it refuses; such
    texts are read by the codec, which has the last word.
    """
    codec = value_codec(hint)
    validate = TypeAdapter(hint).validator.validate_json

    def read(text: str) -> Any:
        if "NaN" not in text and "Infinity" not in text:
            try:
                return validate(text, strict=True, extra="forbid")
            except ValidationError:
                pass  # the codec says what is wrong, if anything is
        return codec.loads(text)

    return read


@cache
def value_codec(hint: Any) -> ValueCodec:
    """Return the codec of a type hint, compiled on first use.

    Raises
    ------
    TypeError : the hint holds something that has no strict JSON form.
    """
    if hint in _PRIMITIVES:
        return _PRIMITIVES[hint]
    if isinstance(hint, typing.NewType):
        return value_codec(hint.__supertype__)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint, args)
    if origin is Literal:
        return _literal(args)
    if origin is tuple:
        return _tuple(args)
    if origin is frozenset and args == (str,):
        return _NAMES
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(hint, args)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    raise TypeError(f"no JSON form for type {hint!r}")


def _exact(kind: type, expected: str) -> ValueCodec:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise CodecMismatch(expected, value)
        return value

    return ValueCodec(same, same)


def _encode_float(value: Any) -> Any:
    if type(value) is not float:
        if type(value) is not int:
            raise CodecMismatch("a number", value)
        return float(value)
    if math.isfinite(value):
        return value
    if math.isnan(value):
        raise CodecMismatch("a number that is not NaN", value)
    return "inf" if value > 0 else "-inf"


def _decode_float(value: Any) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    if value == "inf" or value == "-inf":
        return float(value)
    raise CodecMismatch("a number", value)


def _free(value: Any) -> Any:
    """Check that a value is free JSON all through, and return it."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        if not math.isfinite(value):
            raise CodecMismatch("a finite number", value)
        return value
    if kind is list:
        for index, inner in enumerate(value):
            try:
                _free(inner)
            except CodecMismatch as mismatch:
                raise mismatch.under(f"[{index}]") from None
        return value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if type(key) is not str:
                raise CodecMismatch("a text as key", key)
            try:
                _free(inner)
            except CodecMismatch as mismatch:
                raise mismatch.under(f".{key}") from None
        return value if kind is dict else {key: _free(inner) for key, inner in value.items()}
    raise CodecMismatch("a JSON value (None, bool, int, float, str, list or dict)", value)


def _encode_names(value: Any) -> Any:
    if type(value) is not frozenset or any(type(name) is not str for name in value):
        raise CodecMismatch("a frozenset of texts", value)
    return sorted(value)


def _decode_names(value: Any) -> Any:
    if type(value) is not list or any(type(name) is not str for name in value):
        raise CodecMismatch("a list of texts", value)
    return frozenset(value)


_NAMES = ValueCodec(_encode_names, _decode_names)
_PRIMITIVES: dict[Any, ValueCodec] = {
    str: _exact(str, "a text"),
    int: _exact(int, "a whole number"),
    bool: _exact(bool, "true or false"),
    float: ValueCodec(_encode_float, _decode_float),
    type(None): _exact(type(None), "nothing"),
    object: ValueCodec(_free, _free),
}


def _optional(hint: Any, args: tuple[Any, ...]) -> ValueCodec:
    inner = [arg for arg in args if arg is not type(None)]
    if len(inner) != 1 or len(args) != 2:
        raise TypeError(f"no JSON form for type {hint!r}: of unions only `X | None` is understood")
    codec = value_codec(inner[0])
    encode, decode = codec.encode, codec.decode
    return ValueCodec(
        lambda value: None if value is None else encode(value), lambda value: None if value is None else decode(value)
    )


def _literal(args: tuple[Any, ...]) -> ValueCodec:
    if not all(type(arg) is str for arg in args):
        raise TypeError(f"no JSON form for Literal{list(args)!r}: only texts are understood")

    def same(value: Any) -> Any:
        if type(value) is not str or value not in args:
            raise CodecMismatch(f"one of {', '.join(args)}", value)
        return value

    return ValueCodec(same, same)


def _tuple(args: tuple[Any, ...]) -> ValueCodec:
    if len(args) == 2 and args[1] is Ellipsis:
        codec = value_codec(args[0])
        return ValueCodec(_each(codec.encode, tuple, list), _each(codec.decode, list, tuple))
    codecs = tuple(value_codec(arg) for arg in args)
    return ValueCodec(
        _fixed(tuple(codec.encode for codec in codecs), tuple, list),
        _fixed(tuple(codec.decode for codec in codecs), list, tuple),
    )


def _each(convert: Callable[[Any], Any], source: type[Any], target: type[Any]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if type(value) is not source:
            raise CodecMismatch(f"a {source.__name__}", value)
        try:
            return target([convert(inner) for inner in value])
        except CodecMismatch:
            _locate(convert, enumerate(value), "[{}]")
            raise

    return apply


def _fixed(converts: tuple[Callable[[Any], Any], ...], source: type[Any], target: type[Any]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if type(value) is not source or len(value) != len(converts):
            raise CodecMismatch(f"a {source.__name__} of {len(converts)}", value)
        result = []
        for index, (convert, inner) in enumerate(zip(converts, value, strict=True)):
            try:
                result.append(convert(inner))
            except CodecMismatch as mismatch:
                raise mismatch.under(f"[{index}]") from None
        return target(result)

    return apply


def _locate(convert: Callable[[Any], Any], items: typing.Iterable[tuple[Any, Any]], form: str) -> None:
    """Convert item by item to raise the first mismatch together with where it is."""
    for key, inner in items:
        try:
            convert(inner)
        except CodecMismatch as mismatch:
            raise mismatch.under(form.format(key)) from None


def _mapping(hint: Any, args: tuple[Any, ...]) -> ValueCodec:
    if len(args) != 2 or not (args[0] is str or (isinstance(args[0], type) and issubclass(args[0], StrEnum))):
        raise TypeError(f"no JSON form for type {hint!r}: keys must be str or a StrEnum")
    keys, codec = value_codec(args[0]), value_codec(args[1])

    def converter(key: Callable[[Any], Any], convert: Callable[[Any], Any], kind: type[Any]) -> Callable[[Any], Any]:
        def apply(value: Any) -> Any:
            if not isinstance(value, kind):
                raise CodecMismatch("a mapping", value)
            try:
                return {key(name): convert(inner) for name, inner in value.items()}
            except CodecMismatch:
                _locate(key, ((name, name) for name in value), ".{}")
                _locate(convert, value.items(), ".{}")
                raise

        return apply

    return ValueCodec(converter(keys.encode, codec.encode, Mapping), converter(keys.decode, codec.decode, dict))


def _enum(hint: type[StrEnum]) -> ValueCodec:
    members: dict[str, StrEnum] = {member.value: member for member in hint}

    def encode(value: Any) -> Any:
        if type(value) is not hint:
            raise CodecMismatch(f"a {hint.__name__}", value)
        return value.value

    def decode(value: Any) -> Any:
        if type(value) is not str or value not in members:
            raise CodecMismatch(f"one of {', '.join(members)}", value)
        return members[value]

    return ValueCodec(encode, decode)


def _dataclass(hint: type) -> ValueCodec:
    hints = typing.get_type_hints(hint)
    fields = [field for field in dataclasses.fields(hint) if field.init]
    codecs = {field.name: value_codec(hints[field.name]) for field in fields}
    encoders = tuple((name, codec.encode) for name, codec in codecs.items())
    decoders = {name: codec.decode for name, codec in codecs.items()}
    required = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]

    def encode(value: Any) -> Any:
        if type(value) is not hint:
            raise CodecMismatch(f"a {hint.__name__}", value)
        name = ""
        try:
            body = {}
            for name, convert in encoders:
                body[name] = convert(getattr(value, name))
            return body
        except CodecMismatch as mismatch:
            raise mismatch.under(f".{name}") from None

    def decode(value: Any) -> Any:
        if type(value) is not dict:
            raise CodecMismatch(f"the fields of a {hint.__name__}", value)
        name = ""
        try:
            values = {}
            for name, inner in value.items():
                values[name] = decoders[name](inner)
        except KeyError:
            raise CodecMismatch(f"a field of {hint.__name__}", name) from None
        except CodecMismatch as mismatch:
            raise mismatch.under(f".{name}") from None
        if len(values) < len(decoders):
            for name in required:
                if name not in values:
                    raise CodecMismatch(f"the field `{name}` of {hint.__name__}", sorted(values))
        return hint(**values)

    return ValueCodec(encode, decode)
