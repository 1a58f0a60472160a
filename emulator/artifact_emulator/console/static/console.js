// What is happening, as it happens: new calls, the picture of the state, the steps of a lesson. All else works without.
"use strict";

const PAUSE = 1000;

function columnsThatFit(box) {
  return Math.max(1, Math.floor((box.clientWidth - 40) / 176));
}

async function redraw(box) {
  const answer = await fetch(`${box.dataset.source}?columns=${columnsThatFit(box)}`);
  if (!answer.ok) return;
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  box.replaceChildren(document.importNode(drawing, true));
}

function cell(row, text, status) {
  const made = row.insertCell();
  if (status) {
    const mark = document.createElement("span");
    mark.className = `status ${status}`;
    mark.textContent = text;
    made.append(mark);
  } else {
    made.textContent = text;
  }
  return made;
}

function show(table, call) {
  const row = table.tBodies[0].insertRow(0);
  row.dataset.number = call.number;
  row.className = "live-new";
  cell(row, call.at);
  cell(row, `${call.account} ${call.who}`);
  cell(row, `${call.service}:${call.operation}`);
  const decision = cell(row, call.error || "done", call.error ? "failed" : "active");
  if (call.error) {
    const why = document.createElement("a");
    why.href = call.decision;
    why.textContent = "Why?";
    decision.append(` ${call.message} `, why);
  }
}

async function follow(table, box) {
  const latest = table.tBodies[0].rows[0];
  let after = latest ? Number(latest.dataset.number) : -1;
  await redraw(box);
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    try {
      const answer = await fetch(`${table.dataset.source}?after=${after}`);
      const calls = answer.ok ? await answer.json() : [];
      for (const call of calls) {
        show(table, call);
        after = call.number;
      }
      if (calls.length) await redraw(box);
    } catch {
      // The emulator is away; it may come back.
    }
  }
}

async function watch(steps) {
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      if (page.getElementById("lesson")?.dataset.done !== steps.dataset.done) location.reload();
    } catch {
      // As above.
    }
  }
}

const table = document.getElementById("live");
const steps = document.getElementById("lesson");
if (table) {
  const box = document.getElementById("picture");
  addEventListener("resize", () => redraw(box));
  follow(table, box);
}
if (steps) watch(steps);
