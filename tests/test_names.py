"""What a cell binds and needs is read from its code alone."""

import pytest

from grader.names import bound_names, needed_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = b = 1", "a b"),
        ("def f(x): y = x", "f"),
        ("class C: z = 1", "C"),
        ("import os.path, sys as s\nfrom x import y as w", "os s w"),
        ("for i in range(3): pass\nwith open('f') as g: pass", "g i"),
        ("def f():\n    global q\n    q = 1", "f q"),
        ("%matplotlib inline\n!ls\nx = 1", "x"),
        ("def", ""),
        ("\0", ""),
    ],
)
def test_bound_names(source, names) -> None:
    assert bound_names(source) == set(names.split())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("assert f(x) == y", "f x y"),
        ("x = 1\nassert f(x)", "f"),
        ("for i in xs: print(i, len(xs))", "xs"),
        ("def g(): return h()\ng()", "h"),
        ("[f(i) for i in range(3)]", "f"),
        ("lambda: k", "k"),
        ("def", ""),
    ],
)
def test_needed_names(source, names) -> None:
    assert needed_names(source) == set(names.split())
