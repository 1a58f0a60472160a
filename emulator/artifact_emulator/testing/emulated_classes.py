"""Classes of tests, each of whose tests runs in an emulation of its own: `self.emulation`."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, TypeVar
from unittest import TestCase

C = TypeVar("C", bound=type)


def decorate(test_class: C, create: Callable[[], AbstractContextManager[Any]]) -> C:
    """Make each test of a class run in an emulation, which its own set-up method can already use."""
    if issubclass(test_class, TestCase):
        _wrap_test_case(test_class, create)
    else:
        _wrap_plain_class(test_class, create)
    return test_class


def _wrap_test_case(test_class: Any, create: Callable[[], AbstractContextManager[Any]]) -> None:
    original = test_class.setUp

    @wraps(original)
    def set_up(self: Any) -> None:
        self.emulation = self.enterContext(create())
        original(self)

    test_class.setUp = set_up


def _wrap_plain_class(test_class: Any, create: Callable[[], AbstractContextManager[Any]]) -> None:
    """Wrap the methods that pytest calls around each test."""
    set_up, tear_down = getattr(test_class, "setup_method", None), getattr(test_class, "teardown_method", None)
    contexts: dict[int, AbstractContextManager[Any]] = {}

    def setup_method(self: Any, method: Any) -> None:
        contexts[id(self)] = context = create()
        self.emulation = context.__enter__()
        try:
            _call(set_up, self, method)
        except BaseException:
            # pytest calls no teardown_method after this.
            contexts.pop(id(self)).__exit__(None, None, None)
            raise

    def teardown_method(self: Any, method: Any) -> None:
        try:
            _call(tear_down, self, method)
        finally:
            contexts.pop(id(self)).__exit__(None, None, None)

    test_class.setup_method, test_class.teardown_method = setup_method, teardown_method


def _call(function: Any, instance: Any, method: Any) -> None:
    """Call a method of pytest's, which may or may not have a parameter for the test's method."""
    if function is not None:
        takes_method = len(inspect.signature(function).parameters) > 1
        function(instance, method) if takes_method else function(instance)
