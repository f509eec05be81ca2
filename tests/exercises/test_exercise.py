"""The framework: what a learner sees when an answer is missing, right, or wrong in general."""

import copy
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import CheckFailed, Exercise, exercise


def twice(x):
    return 2 * x


def total(x):
    return x.sum()


def both(numbers):
    return len(numbers), 7


@exercise("Exercise 9: doubling", fallback=twice)
def double(answer: Answer, random: Random) -> None:
    cases = [
        Case({"x": random.normal(2)}, "a vector"),
        Case({"x": random.normal(2, 3)}, "a matrix"),
        Case({"x": random.normal(2, 3).double()}, "float64"),
    ]
    mistakes = [
        Mistake("This is the square.", lambda x: x * x),
        Mistake("This raises.", lambda x: x.reshape(7)),
    ]
    answer.compare(twice, cases, mistakes, result="a tensor like x")


@exercise("Exercise 10: a sum", fallback=total)
def add(answer: Answer, random: Random) -> None:
    answer.compare(total, [Case({"x": random.normal(5)})])


@exercise("Exercise 11: integers", fallback=both)
def pair(answer: Answer, random: Random) -> None:
    first = Mistake("The first is off by one.", lambda numbers: (len(numbers) + 1, 7))
    answer.compare_integers(both, [Case({"numbers": [3, 4]})], [first], ("length", "seven"))


def message(check: Exercise, answer) -> str:
    with pytest.raises(CheckFailed) as caught:
        check(answer)
    return str(caught.value)


def test_a_right_answer_is_returned_and_praised(capsys):
    def answer(x):
        return x + x

    assert double(answer) is answer
    assert capsys.readouterr().out == "Exercise 9 (double): correct.\n"


def test_an_unsolved_exercise_gives_the_course_s_version(capsys):
    def answer(x):
        raise NotImplementedError("your turn")

    assert double(answer) is twice
    assert capsys.readouterr().out == (
        "Exercise 9 (double): not solved yet. The lesson goes on with the course's version.\n"
    )


def test_the_course_s_version_is_never_praised_as_the_learner_s(capsys):
    assert double(twice) is twice
    assert "this is the course's version" in capsys.readouterr().out


def test_not_implemented_out_of_a_library_is_an_error_and_no_stub():
    text = message(double, lambda x: torch.nn.Module()(x))
    assert "raised NotImplementedError" in text


def test_a_helper_that_is_not_written_yet_counts_as_unsolved():
    def helper(x):
        raise NotImplementedError

    assert double(lambda x: helper(x)) is twice


def test_a_later_case_may_be_unsolved_even_while_a_mistake_is_looked_up():
    def answer(x):
        if x.ndim == 2:
            raise NotImplementedError
        return 2 * x

    assert double(answer) is twice


def test_a_known_mistake_is_named():
    text = message(double, lambda x: x * x)
    assert text.startswith("Exercise 9 (double) is not right yet. This is the square.\n")
    assert "Called with x = a float32 tensor of shape (2,)." in text


def test_of_several_explanations_the_one_that_fits_every_case_is_chosen():
    @exercise("Exercise 12: negation", fallback=twice)
    def check(answer: Answer, random: Random) -> None:
        mistakes = [
            Mistake("The first number only.", lambda x: torch.cat([-x[:1], x[1:]])),
            Mistake("All numbers.", lambda x: -x),
        ]
        answer.compare(lambda x: x, [Case({"x": random.normal(n)}) for n in (1, 2)], mistakes)

    assert "All numbers." in message(check, lambda x: -x)


def test_an_unknown_mistake_is_shown_with_position_and_numbers():
    text = message(double, lambda x: 2 * x + 1 if x.ndim == 2 else 2 * x)
    assert "6 of 6 numbers are wrong: at [0, 0] the function gives" in text
    assert "Simpler calls were right; new in this one: a matrix." in text


WRONG_IN_GENERAL = {
    "no return": (double, lambda x: None, "returned None. Is there a `return`"),
    "a list": (double, lambda x: [1.5, "a"], "returned [1.5, 'a'], expected a tensor like x"),
    "a module": (double, lambda x: torch.nn.Identity(), "returned an Identity, expected"),
    "complex": (double, lambda x: 2j * x, "returned a complex64 tensor of shape (2,)"),
    "shape": (double, lambda x: x[None], "shape (1, 2), expected (2,): a tensor like x"),
    "NaN": (double, lambda x: x * torch.nan, "holds NaN"),
    "zeros": (double, lambda x: torch.zeros_like(x), "zero everywhere"),
    "dtype": (double, lambda x: (2 * x).float(), "float64 in, float32 out"),
    "precision": (double, lambda x: (x / 3).float().to(x.dtype) * 6, "as exact as float32 only"),
    "tracked": (double, lambda x: 2 * x.requires_grad_(), "leaves its mark on x"),
    "in place": (double, lambda x: x.mul_(2), "changes its argument x in place"),
    "list in place": (pair, lambda n: (len(n), n.append(7) or 7), "argument numbers in place"),
    "a list of one": (add, lambda x: x.sum()[None], "not a list with one number in it"),
    "a vector": (add, lambda x: x, "returned shape (5,), expected one number"),
    "a wrong number": (add, lambda x: x.sum() + 1, "The function returned"),
    "a NaN number": (add, lambda x: float("nan"), "holds NaN"),
    "one of two": (pair, lambda n: 2, "returned 2, expected (length, seven), 2 integers"),
    "floats": (pair, lambda n: (2.0, 7), "divide with //"),
    "known integers": (pair, lambda n: (3, 7), "off by one.\nThe function returned (3, 7), exp"),
    "other integers": (pair, lambda n: (2, 8), "Wrong here: seven."),
    "arity": (double, lambda: 1, "does not take these arguments"),
    "called already": (double, torch.ones(2), "needs the function itself, got a float32 tensor"),
    "nothing": (double, None, "needs the function itself, got None: write double, without"),
}


@pytest.mark.parametrize("name", WRONG_IN_GENERAL)
def test_each_general_mistake_has_a_message_of_its_own(name):
    check, answer, fragment = WRONG_IN_GENERAL[name]
    text = message(check, answer)
    assert fragment in text
    others = {f for _, _, f in WRONG_IN_GENERAL.values()} - {fragment, "The function returned"}
    assert not [other for other in others if other in text]


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: float(x.sum()),
        lambda x: x.sum().double(),
        lambda x: np.float32(x.numpy().sum()),
        lambda x: np.array(x.numpy().sum()),
    ],
)
def test_a_number_may_be_of_any_kind(answer, capsys):
    assert add(answer) is answer


@pytest.mark.parametrize(
    ("argument", "change", "copied"),
    [
        (torch.ones(2), lambda x: x.mul_(2), "x.clone()"),
        (np.ones(2), lambda x: x.sort() or x.fill(3), "x.copy()"),
        ([1, 2], lambda x: x.append(3), "list(x)"),
        ({1, 2}, lambda x: x.add(3), "set(x)"),
        ({1: 2}, lambda x: x.clear(), "dict(x)"),
        ([[1], [2]], lambda x: x[0].append(3), "copy.deepcopy(x)"),
        ([torch.ones(2)], lambda x: x[0].mul_(2), "copy.deepcopy(x)"),
        ({1: [2]}, lambda x: x[1].clear(), "copy.deepcopy(x)"),
    ],
)
def test_the_copy_that_is_advised_fits_the_argument_and_helps(argument, change, copied):
    @exercise("Exercise 13: leaving alone", fallback=lambda x: 7)
    def check(answer: Answer, random: Random) -> None:
        answer.compare(lambda x: 7, [Case({"x": argument})])

    def answer(x):
        change(x)
        return 7

    assert (
        f"changes its argument x in place. The caller still needs it: work on a copy, {copied}."
        in message(check, answer)
    )

    def advised(x):
        change(eval(copied, {"x": x, "copy": copy}))
        return 7

    assert check(advised) is advised


def test_a_tuple_of_one_is_shown_as_one():
    text = message(pair, lambda n: (0.4375,))
    assert "The function returned (0.4375,), expected (length, seven), 2 integers." in text


def test_arrays_and_tensors_with_a_gradient_are_accepted(capsys):
    for answer in (lambda x: 2 * x.numpy(), lambda x: 2 * x.clone().requires_grad_()):
        assert double(answer) is answer


def test_the_learner_s_error_is_chained_with_the_shapes_and_without_our_frames():
    def answer(x):
        return x @ x if x.ndim == 2 else 2 * x

    with pytest.raises(CheckFailed) as caught:
        double(answer)
    text, cause = str(caught.value), caught.value.__cause__
    assert "The function raised RuntimeError: " in text and "mat1 and mat2" in text
    assert "Called with x = a float32 tensor of shape (2, 3)." in text
    assert "new in this one: a matrix" in text
    assert isinstance(cause, RuntimeError)
    assert cause.__traceback__.tb_frame.f_code is answer.__code__
    shown = "\n".join(caught.value._render_traceback_())
    assert "return x @ x" in shown and shown.endswith(text)
    assert "dynconv_lite" not in shown


def test_jupyter_shows_a_wrong_value_without_any_traceback():
    with pytest.raises(CheckFailed) as caught:
        double(lambda x: x)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_ipython_renders_both_kinds_as_intended(tmp_path):
    script = tmp_path / "lesson.py"
    script.write_text(
        textwrap.dedent("""
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        shell.colors = "nocolor"
        shell.run_cell("from dynconv_lite.course.checks import ch01 as check")
        shell.run_cell("def stack_std(k, depth):\\n    return depth")
        shell.run_cell("check.stack_std(stack_std)")
        print("=====")
        shell.run_cell("def stack_std(k, depth):\\n    return k / 0")
        shell.run_cell("check.stack_std(stack_std)")
        """)
    )
    run = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path)},
    )  # fmt: skip
    wrong, raised = run.stdout.split("=====")
    assert wrong.strip().startswith("Exercise 7 (stack_std) is not right yet."), run
    assert "Traceback" not in wrong
    assert "Cell In[" in raised and "return k / 0" in raised and "exercise.py" not in raised
    assert "The function raised ZeroDivisionError: division by zero" in raised


def test_checks_leave_the_global_random_state_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    double(lambda x: 2 * x + 0 * torch.rand(()))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_messages_are_the_same_every_time():
    assert message(double, lambda x: x) == message(double, lambda x: x)
