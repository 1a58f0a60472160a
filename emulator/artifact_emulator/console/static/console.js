// Live updates of the activity page and of lessons, dialogs and copying. Everything else works without JavaScript.
"use strict";

const COLUMN_WIDTH = 200;
const MAX_ROWS = 200;
const POLL_INTERVAL = 2000;
const RECONNECT_DELAY = 10000;

// Call `update` after each event. While the event stream is unavailable, call it every POLL_INTERVAL instead.
function listen(source, update, showConnection) {
  let running = false;
  let again = false;
  let timer = 0;
  const run = async () => {
    again = running;
    if (running) return;
    running = true;
    do {
      again = false;
      try {
        await update();
      } catch {
        // The emulator is not reachable; it may come back.
      }
    } while (again);
    running = false;
  };
  const poll = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(run, POLL_INTERVAL) : 0;
  };
  const connect = () => {
    const events = new EventSource(source);
    events.addEventListener("open", () => {
      poll(false);
      showConnection("live", "Live");
      run(); // Catch up with events from before the connection.
    });
    events.addEventListener("message", run);
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED) {
        showConnection("connecting", "Reconnecting…");
        return;
      }
      showConnection("polling", "Updating every two seconds");
      poll(true);
      setTimeout(connect, RECONNECT_DELAY);
    });
  };
  connect();
}

function columnsThatFit(box) {
  return Math.max(1, Math.floor((box.clientWidth - 84) / COLUMN_WIDTH));
}

async function redraw(box) {
  const response = await fetch(`${box.dataset.source}?columns=${columnsThatFit(box)}`);
  if (!response.ok) return;
  const svg = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  box.replaceChildren(document.importNode(svg, true));
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

// Name the cells of rows after their columns, for narrow screens, which show the cells below each other.
function labelCells(table, rows) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const labels = heads.map((head) => (head.querySelector(".unseen") ? "" : head.textContent.trim()));
  for (const cell of [...rows].flatMap((row) => [...row.cells])) {
    if (cell.colSpan === 1 && labels[cell.cellIndex]) cell.dataset.label = labels[cell.cellIndex];
  }
  table.classList.add("labelled");
}

function addRow(table, call) {
  table.querySelector("td.empty")?.parentElement.remove();
  const row = table.tBodies[0].insertRow(0);
  row.className = call.reads && !call.error ? "new-call reads" : "new-call";
  const [time, caller, operation, result] = [0, 1, 2, 3].map(() => row.insertCell());
  time.className = "time";
  time.textContent = call.at;
  caller.className = "arn";
  caller.append(`${call.account} `, span("soft", call.caller));
  operation.className = "operation";
  operation.textContent = `${call.service}:${call.operation}`;
  result.className = "arn";
  result.append(span(call.error ? "status failed" : "status active", call.error || "success"));
  if (call.error) {
    const link = document.createElement("a");
    link.href = call.explanation;
    link.textContent = "Why?";
    result.append(` ${call.message} `, link);
  }
  labelCells(table, [row]);
  if (table.tBodies[0].rows.length > MAX_ROWS) table.tBodies[0].deleteRow(-1);
}

function followCalls(table, box, connection) {
  let after = Number(table.dataset.latest);
  const update = async () => {
    const response = await fetch(`${table.dataset.source}?after=${after}`);
    if (!response.ok) return;
    const { latest, calls } = await response.json();
    if (latest < after) location.reload(); // The world was reset or replaced.
    for (const call of calls) {
      addRow(table, call);
      after = call.number;
    }
    after = Math.max(after, latest);
    await redraw(box);
  };
  listen(table.dataset.events, update, (state, text) => {
    connection.dataset.state = state;
    connection.textContent = text;
  });
}

function followLesson(steps) {
  const update = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const done = page.getElementById("lesson")?.dataset.done;
    if (done !== undefined && done !== steps.dataset.done) location.reload();
  };
  listen(steps.dataset.events, update, () => undefined);
}

// Show a confirmation as a dialog; "Cancel" and Escape close it, or lead back if it is all that its page has.
function openDialog(section, address, cancel) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.append(...section.childNodes);
  for (const form of dialog.querySelectorAll("form:not([action])")) form.action = address;
  dialog.querySelector(".actions a")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    cancel?.();
  });
  document.body.append(dialog);
  dialog.showModal();
}

// Show the confirmation of another page in a dialog on this one; if it has none, go there.
async function fetchDialog(address) {
  try {
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    openDialog(document.importNode(page.querySelector("section.dialog"), true), address);
  } catch {
    location.assign(address); // The page shows what is wrong.
  }
}

async function copy(button) {
  const text = button.dataset.copy;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    // Browsers offer the clipboard only to this machine and over TLS.
    const area = document.createElement("textarea");
    area.value = text;
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  document.getElementById("announcement").textContent = "Copied";
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), POLL_INTERVAL);
}

addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  fetchDialog(link.href ?? link.form.action);
});
for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
for (const table of document.querySelectorAll(".scroll > table")) labelCells(table, table.tBodies[0].rows);

// Submit a form once, however often its button is clicked. The mark goes away for a page restored by "back".
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.submitted) event.preventDefault();
  form.dataset.submitted = "yes";
  setTimeout(() => delete form.dataset.submitted, POLL_INTERVAL);
});

const confirmation = document.querySelector("main > section.dialog");
if (confirmation) {
  const back = confirmation.querySelector(".actions a")?.href;
  confirmation.prepend(...document.querySelectorAll("main > .flash"));
  openDialog(confirmation, location.href, () => back && location.assign(back));
  confirmation.remove();
}

const table = document.getElementById("call-table");
const steps = document.getElementById("lesson");
if (table) {
  const box = document.getElementById("diagram");
  addEventListener("resize", () => redraw(box));
  followCalls(table, box, document.getElementById("connection"));
}
if (steps) followLesson(steps);
