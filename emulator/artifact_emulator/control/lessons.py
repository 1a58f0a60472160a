"""The lessons, and the progress of each in a world."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator import lessons
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, problem_response
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World


class LessonPath(BaseModel):
    """The lesson that a path names."""

    name: str


class StepReply(BaseModel):
    """A step of a lesson."""

    text: str
    command: str = Field(description="Commands for bash, with the ids that the learner uses.")
    clicks: str = Field(description='How to make the call in the console; "" if that takes a command line.')
    account: str = Field(description='The account that calls; "service" for an AWS service.')
    learn: str = Field(description="What the step demonstrates.")
    done_at: str | None = Field(description="When the step was completed; null if it is not.")
    is_next: bool = Field(description="Whether it can be completed now: the steps on which it depends are complete.")


class LessonReply(BaseModel):
    """A lesson and its progress."""

    name: str
    title: str
    about: str
    source: str
    done: int = Field(description="The number of completed steps.")
    steps: list[StepReply]


class LessonsReply(BaseModel):
    """All lessons."""

    lessons: list[LessonReply]


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(
        f"{PREFIX}/lessons", summary="List the lessons and their progress in a world", responses={200: LessonsReply}
    )
    def list_lessons() -> Response:
        world = current_world()
        replies = [_lesson_reply(progress_of(world, lesson)) for lesson in lessons.lessons()]
        return jsonify(LessonsReply(lessons=replies).model_dump())

    @app.get(
        f"{PREFIX}/lessons/<name>", summary="Return a lesson and its progress in a world", responses={200: LessonReply}
    )
    def describe_lesson(path: LessonPath) -> Response:
        return jsonify(_lesson_reply(progress_of(current_world(), lessons.lesson(path.name))).model_dump())

    @app.errorhandler(lessons.NoSuchLesson)
    def refuse_absent_lesson(error: lessons.NoSuchLesson) -> Response:
        return problem_response(404, "Not found", str(error))


def progress_of(world: World, lesson: lessons.Lesson) -> Progress:
    """Return the progress of a lesson in a world."""
    return progress(lesson, runtime_of(world).call_log.calls())


def _lesson_reply(progress: Progress) -> LessonReply:
    lesson = progress.lesson
    return LessonReply(
        name=lesson.name,
        title=lesson.title,
        about=lesson.about,
        source=lesson.source,
        done=progress.completed,
        steps=[
            StepReply(
                text=progress.fill(step.text),
                command=progress.command(step),
                clicks=progress.fill(step.clicks),
                account=progress.accounts.get(step.account, step.account),
                learn=step.learn,
                done_at=at.isoformat() if (at := progress.completed_at(step)) else None,
                is_next=progress.awaits(step),
            )
            for step in lesson.steps
        ],
    )
