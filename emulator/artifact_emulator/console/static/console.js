// What is happening, as it happens: new calls, the picture of the state, the steps of a lesson. All else works without.
"use strict";

const CHIP = 200;
const ROWS = 200;
const POLLING = 2000;
const RETRY = 10000;

// Calls `heed` whenever something happened: told by the stream of events, or by the clock while there is none.
function listen(source, heed, tell) {
  let busy = false;
  let again = false;
  let polling = 0;
  const attend = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    do {
      again = false;
      try {
        await heed();
      } catch {
        // The emulator is away; it may come back.
      }
    } while (again);
    busy = false;
  };
  const poll = (on) => {
    clearInterval(polling);
    polling = on ? setInterval(attend, POLLING) : 0;
  };
  const connect = () => {
    const events = new EventSource(source);
    events.addEventListener("open", () => {
      poll(false);
      tell("live", "Live");
      attend(); // What happened while nobody listened.
    });
    events.addEventListener("message", attend);
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED) {
        tell("waiting", "Connecting again…");
        return;
      }
      tell("polling", "Looking every two seconds");
      poll(true);
      setTimeout(connect, RETRY);
    });
  };
  connect();
}

function columnsThatFit(box) {
  return Math.max(1, Math.floor((box.clientWidth - 48) / CHIP));
}

async function redraw(box) {
  const answer = await fetch(`${box.dataset.source}?columns=${columnsThatFit(box)}`);
  if (!answer.ok) return;
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  box.replaceChildren(document.importNode(drawing, true));
}

function marked(kind, text) {
  const mark = document.createElement("span");
  mark.className = kind;
  mark.textContent = text;
  return mark;
}

function show(table, call) {
  const row = table.tBodies[0].insertRow(0);
  row.className = call.reads && !call.error ? "live-new reads" : "live-new";
  const [time, caller, operation, decision] = [0, 1, 2, 3].map(() => row.insertCell());
  time.className = "time";
  time.textContent = call.at;
  caller.append(`${call.account} `, marked("soft", call.who));
  operation.className = "operation";
  operation.textContent = `${call.service}:${call.operation}`;
  decision.append(marked(call.error ? "status failed" : "status active", call.error || "done"));
  if (call.error) {
    const why = document.createElement("a");
    why.href = call.decision;
    why.textContent = "Why?";
    decision.append(` ${call.message} `, why);
  }
  if (table.tBodies[0].rows.length > ROWS) table.tBodies[0].deleteRow(-1);
}

function follow(table, box, heard) {
  let after = Number(table.dataset.latest);
  const heed = async () => {
    const answer = await fetch(`${table.dataset.source}?after=${after}`);
    if (!answer.ok) return;
    const told = await answer.json();
    if (told.latest < after) location.reload(); // Another world of this name, or another past.
    for (const call of told.calls) {
      show(table, call);
      after = call.number;
    }
    after = Math.max(after, told.latest);
    await redraw(box);
  };
  listen(table.dataset.events, heed, (how, text) => {
    heard.dataset.how = how;
    heard.textContent = text;
  });
}

function watch(steps) {
  const heed = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const done = page.getElementById("lesson")?.dataset.done;
    if (done !== undefined && done !== steps.dataset.done) location.reload();
  };
  listen(steps.dataset.events, heed, () => undefined);
}

// A form is sent once, however often its button is pressed; and again when the page is come back to.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, POLLING);
});

const table = document.getElementById("live");
const steps = document.getElementById("lesson");
if (table) {
  const box = document.getElementById("picture");
  addEventListener("resize", () => redraw(box));
  follow(table, box, document.getElementById("heard"));
}
if (steps) watch(steps);
