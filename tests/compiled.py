"""Templates and addresses, compiled once for all applications that tests make: a third of their time went into it."""

from collections.abc import Callable
from types import CodeType

from flask import Flask
from flask.templating import Environment
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _InMemory(BytecodeCache):
    """Compiled templates by their name, source and the environment's kind: what one knows, another may not."""

    def __init__(self) -> None:
        self._codes: dict[object, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(self._name(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._codes[self._name(bucket)] = bucket.code

    def _name(self, bucket: Bucket) -> object:
        known = bucket.environment
        return bucket.key, bucket.checksum, known.trim_blocks, frozenset(known.extensions), frozenset(known.filters)


_CODES = _InMemory()


class CompiledOnce(Environment):
    """An application's environment that compiles no template that another one has compiled."""

    def __init__(self, app: Flask, **options: object) -> None:
        super().__init__(app, bytecode_cache=_CODES, **options)  # type: ignore[arg-type]


_BUILDERS: dict[object, Callable[..., tuple[str, str]]] = {}


class RuleCompiledOnce(Rule):
    """An address whose builder is compiled no second time: it depends on the address alone, not on the application."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        name = (self.rule, append_unknown, tuple(self._trace), repr(self.defaults))
        if name not in _BUILDERS:
            _BUILDERS[name] = super()._compile_builder(append_unknown)
        return _BUILDERS[name]
