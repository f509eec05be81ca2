"""Made-up repositories for the pipeline's tests."""

from pathlib import Path

import pytest
from made_up import code, text, write

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
EXERCISE = """def double(x):
    \"\"\"Return twice x.\"\"\"
    # Hint: addition is enough.
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION

print("ready")"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one solved chapter that holds everything a chapter may hold."""
    chapter = write(
        tmp_path / "solutions" / "01_double.ipynb",
        text(
            "# Doubling\n\nWhy does it work?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", "a"
        ),
        code(EXERCISE, "b", nbgrader={"solution": True}, execution={"x": "1"}, tags=["exercise"]),
        code(f"{BEGIN}\nanswer = double(21)\n{END}", "c"),
        code("%matplotlib inline\nimport asyncio\nawait asyncio.sleep(0)", "d"),
    )
    assert chapter.exists()
    return tmp_path
