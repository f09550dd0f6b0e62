"""The desk of a small platform, as its people use it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

OFFICE = runpy.run_path(str(Path(__file__).parents[1] / "office.py"))


@pytest.fixture
def office(worlds):
    """A platform on a replayed clock, its terms published, and everybody at their desks."""
    return OFFICE["Office"](worlds("square", terms=False))


@pytest.fixture
def offices(worlds):
    """Makes several: `offices("other")`, `offices("more", more=CLAUSES)`."""
    return lambda name, **more: OFFICE["Office"](worlds(name, terms=False), **more)


@pytest.fixture
def acts():
    """(clause, action) of everything that a decision does."""
    return OFFICE["acts"]


@pytest.fixture
def brought_by():
    """Who sends reports here, by a short name."""
    return OFFICE["BY"]
