"""The request log: one line for each request that the server answers."""

from time import perf_counter

from artifact_emulator.active_call import ActiveCall
from artifact_emulator.http import Reply, Request
from artifact_emulator.logs import log


class Stopwatch:
    """Measures one request and writes its line."""

    def __init__(self) -> None:
        self._start = perf_counter()

    def log_call(self, call: ActiveCall, reply: Reply) -> None:
        """Log an AWS call."""
        name = call.route.name if call.route else f"{call.request.method} {call.request.path}"
        error = call.failure.code if call.failure else ""
        fields = {
            "operation": name,
            "world": call.world.name,
            "caller": call.caller.arn,
            "status": reply.status,
            "error": error,
            "request_id": call.request_id,
        }
        self._log(f"{name} {reply.status}{error and f' {error}'} by {call.caller.arn or 'unknown'}", fields)

    def log_request(self, request: Request, reply: Reply) -> None:
        """Log a request to one of the emulator's own paths."""
        fields = {"method": request.method, "path": request.path, "status": reply.status}
        self._log(f"{request.method} {request.path} {reply.status}", fields)

    def _log(self, text: str, fields: dict[str, object]) -> None:
        milliseconds = round((perf_counter() - self._start) * 1000, 1)
        log.info("%s in %s ms", text, milliseconds, extra={"call": fields | {"milliseconds": milliseconds}})
