"""The conda path installs what pyproject.toml and constraints.txt say, and nothing else."""

import re
import tomllib
from itertools import chain

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from stand_in_machine import REPO

ENVIRONMENT = yaml.safe_load((REPO / "environment.yml").read_text())
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
CONDA = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
PIP = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_conda_brings_python_pip_and_git_and_pins_python_alone() -> None:
    assert ENVIRONMENT["name"] == PROJECT["name"]
    (python,) = (entry for entry in CONDA if entry.startswith("python"))
    assert sorted({*CONDA} - {python}) == ["git", "pip"]
    version = Version(re.fullmatch(r"python=(\d\.\d+)", python)[1])
    assert version in SpecifierSet(PROJECT["requires-python"])


def test_pip_takes_the_project_itself_under_the_projects_pins() -> None:
    options = dict(entry.split(maxsplit=1) for entry in PIP)
    extra = re.fullmatch(r"\.\[(\w+)\]", options.pop("-e"))[1]
    assert extra in PROJECT["optional-dependencies"]
    assert options == {"-c": "constraints.txt"}


def test_every_package_of_the_project_is_pinned_to_a_version_it_allows() -> None:
    lines = (REPO / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonical(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    extras = PROJECT["optional-dependencies"]
    wanted = [*map(Requirement, chain(PROJECT["dependencies"], *extras.values()))]
    own = [requirement for requirement in wanted if requirement.name == PROJECT["name"]]
    assert all(extra in extras for requirement in own for extra in requirement.extras)
    for requirement in (requirement for requirement in wanted if requirement not in own):
        assert Version(versions[canonical(requirement.name)]) in requirement.specifier
    assert all(str(pin.specifier).startswith("==") and pin.url is None for pin in pins)
