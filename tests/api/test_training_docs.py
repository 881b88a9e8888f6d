"""docs/training/ is the course as trainees see it; UPDATE_DOCS=1 writes it anew."""

import os
from pathlib import Path

import pytest

from api.practice.course import Exercise, exercises

FOLDER = Path(__file__).parents[2] / "docs" / "training"
HEADS = {"vi": ("Các bước", "khoảng {} phút", "Trang"), "en": ("Steps", "about {} minutes", "Page")}


def written(number: int, exercise: Exercise) -> str:
    """An exercise as a page, first in Vietnamese, then in English."""
    parts = [
        "<!-- Made of schemas/practice/exercises.toml. -->\n",
        f"\n# {exercise.title.vi} · {exercise.title.en}\n",
    ]
    for language, (steps, minutes, place) in HEADS.items():
        parts.append(f"\n## {number}. {getattr(exercise.title, language)}\n")
        parts.append(
            f"\n*{minutes.format(exercise.minutes)}.* {getattr(exercise.about, language)}\n"
        )
        parts.append(f"\n**{steps}**\n\n")
        for at, step in enumerate(exercise.steps, start=1):
            parts.append(f"{at}. {getattr(step.text, language)} ({place}: `{step.page}`)\n")
    return "".join(parts)


@pytest.mark.parametrize("number", range(1, len(exercises()) + 1))
def test_the_page_of_an_exercise_is_what_trainees_are_told(number: int) -> None:
    exercise = exercises()[number - 1]
    file = FOLDER / f"{number}-{exercise.key}.md"
    if os.environ.get("UPDATE_DOCS"):
        file.write_text(written(number, exercise), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written(number, exercise)
    assert f"({file.name})" in (FOLDER / "README.md").read_text(encoding="utf-8")
