"""An exercise: a learner's function goes in; the function that the lesson goes on with comes out.

    @exercise("Exercise 7: the width of a stack", fallback=formula)
    def stack_std(answer: Answer, random: Random) -> None:
        answer.compare(formula, cases, mistakes)

makes `stack_std(function)`, which returns the learner's function when it is right, the course's
own when it is not written yet, and raises `CheckFailed`, with advice, when it is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from dynconv_lite.course.answer import Answer, Function
from dynconv_lite.course.draw import Random
from dynconv_lite.course.failure import CheckFailed, Unsolved

__all__ = ["Answer", "CheckFailed", "Exercise", "exercise"]

Check = Callable[[Answer, Random], None]
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Exercise:
    """A check that can be called with a learner's function.

    Attributes:
        name: the name of the function that the learner writes.
        title: "Exercise 2: convolution as a loop".
        fallback: the course's version of it.
        check: raises `CheckFailed` if an answer is wrong on the inputs drawn from a generator.
    """

    name: str
    title: str
    fallback: Function
    check: Check

    @property
    def label(self) -> str:
        """The exercise's number and function, as every message begins."""
        return f"{self.title.partition(':')[0]} ({self.name})"

    def __call__(self, answer: Function) -> Function:
        """Check a learner's function.

        Args:
            answer: the function that the learner wrote.

        Returns:
            `answer` if it is right; the course's version if it only raises NotImplementedError.

        Raises:
            CheckFailed: if it is wrong; the message says how, and what to try.
        """
        if answer is self.fallback:
            print(
                f"{self.label}: this is the course's version. "
                "To check yours, run the cell that defines it again."
            )
            return answer
        try:
            for seed in SEEDS:
                self.verify(answer, seed)
        except Unsolved:
            print(f"{self.label}: not solved yet. The lesson goes on with the course's version.")
            return self.fallback
        print(f"{self.label}: correct.")
        return answer

    def verify(self, answer: Function, seed: int) -> None:
        """Check an answer on the inputs of one seed, and print nothing.

        The global random state is left as it was, whatever the answer does with it.

        Raises:
            CheckFailed: if the answer is wrong.
            Unsolved: if it is not written yet.
        """
        with torch.random.fork_rng(devices=[]):
            self.check(Answer(answer, self.name, self.label), Random(seed))


def exercise(title: str, fallback: Function) -> Callable[[Check], Exercise]:
    """Turn a check into an `Exercise` of the check's own name.

    Args:
        title: "Exercise 2: convolution as a loop"; messages start with what precedes the colon.
        fallback: what the lesson goes on with while the exercise is not solved.
    """
    return lambda check: Exercise(check.__name__, title, fallback, check)
