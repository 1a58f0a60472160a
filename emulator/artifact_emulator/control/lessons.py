"""Lessons over the control API: what there is to learn, and how far the learner of a world is."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator import lessons
from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry


class LessonPath(BaseModel):
    """The lesson that a path names."""

    name: str


class StepReply(BaseModel):
    """A step of a lesson."""

    text: str
    command: str = Field(description="The AWS CLI's, for the accounts that the learner took.")
    account: str = Field(description='Who is to call; "service" for a service of AWS.')
    learn: str = Field(description="What the step shows.")
    done_at: str | None = Field(description="When it was done; null if it is still to do.")


class LessonReply(BaseModel):
    """A lesson, and how far it is."""

    name: str
    title: str
    about: str
    source: str
    done: int = Field(description="How many steps are done.")
    steps: list[StepReply]


class LessonsReply(BaseModel):
    """All lessons."""

    lessons: list[LessonReply]


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(
        f"{PREFIX}/lessons", summary="List the lessons, and how far each is in a world", responses={200: LessonsReply}
    )
    def list_lessons() -> Response:
        told = [_told(progress_of(asked_world(served), one)) for one in lessons.lessons()]
        return jsonify(LessonsReply(lessons=told).model_dump())

    @app.get(
        f"{PREFIX}/lessons/<name>", summary="Tell a lesson, and how far it is in a world", responses={200: LessonReply}
    )
    def tell_lesson(path: LessonPath) -> Response:
        return jsonify(_told(progress_of(asked_world(served), lessons.lesson(path.name))).model_dump())

    @app.errorhandler(lessons.NoSuchLesson)
    def refuse_absent_lesson(error: lessons.NoSuchLesson) -> Response:
        return response(problem(404, "Not found", str(error)))


def progress_of(world: World, lesson: lessons.Lesson) -> Progress:
    """Tell how far a lesson is in a world."""
    return progress(lesson, runtime_of(world).trail.calls())


def _told(found: Progress) -> LessonReply:
    lesson = found.lesson
    return LessonReply(
        name=lesson.name,
        title=lesson.title,
        about=lesson.about,
        source=lesson.source,
        done=len(found.done),
        steps=[
            StepReply(
                text=found.filled(step.text),
                command=found.filled(step.command),
                account=found.cast.get(step.by, step.by),
                learn=step.learn,
                done_at=found.done[at].at.isoformat() if at < len(found.done) else None,
            )
            for at, step in enumerate(lesson.steps)
        ],
    )
