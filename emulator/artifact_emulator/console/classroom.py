"""The teacher's page: the progress of each world in its lesson, its latest call, and its reset."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from artifact_emulator import lessons
from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.console import PREFIX
from artifact_emulator.console.calls import executor
from artifact_emulator.console.worlds.forms import command, confirmation, done, managed_world, managed_worlds
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.routing import WORLDS
from artifact_emulator.world_management import reset_world
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import Record
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT

MAX_WORLDS = 500
pages = Blueprint("classroom", __name__)
