"""What pyproject.toml cannot say: the models of kernels, specs/linux, are part of the package that is built."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

MODELS = Path(__file__).parent / "specs" / "linux"


class WithModels(build_py):
    """Copies the models beside the modules; where the package is worked on, they are found where they stand."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "cbprove" / "specs" / "linux"
            shutil.copytree(
                MODELS, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sh", "*.names")
            )


setup(cmdclass={"build_py": WithModels})
