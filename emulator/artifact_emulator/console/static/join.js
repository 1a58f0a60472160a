// Hand in the token of a link. It is in the fragment, which browsers send to no server; then it leaves the address bar.
"use strict";

function enter() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const field = document.getElementById("token");
  field.value = token;
  field.form.requestSubmit();
}

addEventListener("hashchange", enter); // A link that is pasted while this page is open does not load it again.
enter();
