"""Classes of tests, each of whose tests runs in an emulation of its own: `self.emulation`.

A subclass need not call the set-up method of its base: without the emulation, its calls would go to AWS.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from unittest import TestCase

C = TypeVar("C", bound=type)
Create = Callable[[], AbstractContextManager[Any]]


class Entered(NamedTuple):
    """The emulation of a test that runs, and the set-up method that has entered it."""

    context: AbstractContextManager[Any]
    set_up: Callable[..., None]


_entered: dict[int, Entered] = {}
"""By the identity of the instance on which pytest runs a test."""


def decorate(test_class: C, create: Create) -> C:
    """Make each test of a class run in an emulation, which its own set-up method can already use."""
    if issubclass(test_class, TestCase):
        _wrap_test_case(test_class, create)
    else:
        _wrap_plain_class(test_class, create)
    return test_class


@contextmanager
def entered_in_set_up(test: Any, create: Create) -> Iterator[None]:
    """Make a test of `unittest` enter an emulation before its set-up method, whatever that calls.

    The emulation ends after the test and its clean-ups; an error of entering it is an error of the test.
    """
    original = test.setUp

    def set_up() -> None:
        test.emulation = test.enterContext(create())
        original()

    test.setUp = set_up
    try:
        yield
    finally:
        vars(test).pop("setUp", None)


def _wrap_test_case(test_class: Any, create: Create) -> None:
    """Wrap the two methods that run a test."""
    for name in ("run", "debug"):
        setattr(test_class, name, _in_emulation(getattr(test_class, name), create))


def _in_emulation(original: Any, create: Create) -> Any:
    @wraps(original)
    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        with entered_in_set_up(self, create):
            return original(self, *arguments, **options)

    return method


def _wrap_plain_class(test_class: Any, create: Create) -> None:
    """Wrap the methods that pytest calls around each test, in this class and in its subclasses."""
    set_up, tear_down = getattr(test_class, "setup_method", None), getattr(test_class, "teardown_method", None)

    def setup_method(self: Any, method: Any = None) -> None:
        if id(self) in _entered:  # A subclass calls the method of its base.
            _call(set_up, self, method)
            return
        context = create()
        self.emulation = context.__enter__()
        _entered[id(self)] = Entered(context, setup_method)
        try:
            _call(set_up, self, method)
        except BaseException:
            # pytest calls no teardown_method after this.
            _entered.pop(id(self)).context.__exit__(None, None, None)
            raise

    def teardown_method(self: Any, method: Any = None) -> None:
        try:
            _call(tear_down, self, method)
        finally:
            if _entered[id(self)].set_up is setup_method:
                _entered.pop(id(self)).context.__exit__(None, None, None)

    def init_subclass(subclass: Any, /, **options: Any) -> None:
        super(test_class, subclass).__init_subclass__(**options)
        _wrap_plain_class(subclass, create)

    test_class.setup_method, test_class.teardown_method = setup_method, teardown_method
    test_class.__init_subclass__ = classmethod(init_subclass)


def _call(function: Any, instance: Any, method: Any) -> None:
    """Call a method of pytest's, which may or may not have a parameter for the test's method."""
    if function is not None:
        takes_method = len(inspect.signature(function).parameters) > 1
        function(instance, method) if takes_method else function(instance)
