// Live updates of the teacher's page: rows that have changed are replaced, so that the focus stays on the others.
"use strict";

{
  const INTERVAL = 2000;
  const connection = document.getElementById("connection");
  const show = (state, text) => {
    connection.dataset.state = state;
    connection.textContent = text;
  };

  const update = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const body = document.getElementById("progress").tBodies[0];
    const rows = [...(page.getElementById("progress")?.tBodies[0].rows ?? [])];
    if (rows.length !== body.rows.length || rows.some((row, index) => row.id !== body.rows[index].id)) {
      body.replaceChildren(...rows.map((row) => document.importNode(row, true)));
      return;
    }
    rows.forEach((row, index) => {
      const shown = body.rows[index];
      [...row.cells].forEach((cell, place) => {
        if (cell.innerHTML !== shown.cells[place].innerHTML) shown.cells[place].innerHTML = cell.innerHTML;
      });
    });
  };

  const follow = async () => {
    if (!document.hidden) {
      try {
        await update();
        show("live", "Updates by itself");
      } catch {
        show("connecting", "Reconnecting…");
      }
    }
    setTimeout(follow, INTERVAL);
  };
  follow();
}
