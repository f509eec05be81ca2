"""Every chapter's checks: solutions are accepted, every wrong answer is rejected by name."""

import bank_ch01
import bank_ch02
import bank_ch03
import bank_ch04
import bank_ch05
import bank_ch06
import bank_ch07
import bank_ch08
import bank_ch09
import bank_ch10
import pytest

from dynconv_lite.course.checks import ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, ch09, ch10
from dynconv_lite.course.exercise import CheckFailed, Exercise

CHAPTERS = {
    "ch01": (ch01, bank_ch01),
    "ch02": (ch02, bank_ch02),
    "ch03": (ch03, bank_ch03),
    "ch04": (ch04, bank_ch04),
    "ch05": (ch05, bank_ch05),
    "ch06": (ch06, bank_ch06),
    "ch07": (ch07, bank_ch07),
    "ch08": (ch08, bank_ch08),
    "ch09": (ch09, bank_ch09),
    "ch10": (ch10, bank_ch10),
}
EXERCISES = [(chapter, name) for chapter, (_, bank) in CHAPTERS.items() for name in bank.WRONG]
every_exercise = pytest.mark.parametrize(("chapter", "name"), EXERCISES)


def check(chapter: str, name: str) -> Exercise:
    return getattr(CHAPTERS[chapter][0], name)


def entries(table: str) -> list[tuple[str, str]]:
    return [(chapter, key) for chapter, (_, b) in CHAPTERS.items() for key in getattr(b, table)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_has_its_bank(chapter):
    checks, bank = CHAPTERS[chapter]
    assert sorted(bank.WRONG) == sorted(checks.__all__) == sorted(bank.SOLUTIONS)
    assert all(len(wrong) >= 6 for wrong in bank.WRONG.values())


@every_exercise
def test_the_solution_is_accepted_on_twenty_seeds(chapter, name):
    for seed in range(20):
        check(chapter, name).verify(CHAPTERS[chapter][1].SOLUTIONS[name], seed)


@pytest.mark.parametrize(("chapter", "name"), entries("OTHER_SOLUTIONS"))
def test_other_solutions_are_accepted(chapter, name):
    exercise, solution = CHAPTERS[chapter][1].OTHER_SOLUTIONS[name]
    for seed in range(5):
        check(chapter, exercise).verify(solution, seed)


@every_exercise
def test_the_course_s_version_passes_its_own_check(chapter, name):
    check(chapter, name).verify(check(chapter, name).fallback, 0)


@every_exercise
def test_a_stub_is_unsolved(chapter, name, capsys):
    def stub(*arguments):
        raise NotImplementedError("your turn")

    assert check(chapter, name)(stub) is check(chapter, name).fallback
    label = f"Exercise {list(CHAPTERS[chapter][1].WRONG).index(name) + 1} ({name})"
    assert capsys.readouterr().out == (
        f"{label}: not solved yet. The lesson goes on with the course's version.\n"
    )


@pytest.mark.parametrize(
    ("chapter", "exercise", "name"),
    [(c, e, name) for c, e in EXERCISES for name in CHAPTERS[c][1].WRONG[e]],
)
def test_wrong_answers_are_rejected_by_name(chapter, exercise, name):
    answer, fragment = CHAPTERS[chapter][1].WRONG[exercise][name]
    with pytest.raises(CheckFailed) as caught:
        check(chapter, exercise)(answer)
    assert fragment in str(caught.value)


@pytest.mark.parametrize(("chapter", "name"), entries("KNOWN"))
def test_known_mistakes_are_told_apart(chapter, name):
    for mistake in CHAPTERS[chapter][1].KNOWN[name]:
        for seed in (0, 1):
            with pytest.raises(CheckFailed) as caught:
                check(chapter, name).verify(mistake.imitate, seed)
            assert f"is not right yet. {mistake.explanation}\n" in str(caught.value)


@every_exercise
def test_a_learner_s_error_is_shown_with_the_arguments(chapter, name):
    def answer(*arguments):
        return {}["key"]

    with pytest.raises(CheckFailed, match="raised KeyError: 'key'\nCalled with ") as caught:
        check(chapter, name)(answer)
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__cause__.__traceback__.tb_frame.f_code is answer.__code__
