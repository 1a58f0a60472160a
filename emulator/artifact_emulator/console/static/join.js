// Hand in the token of a link. It is in the fragment, which browsers send to no server; then it leaves the address bar.
"use strict";

const token = location.hash.slice(1);
if (token) {
  history.replaceState(null, "", location.pathname);
  const field = document.getElementById("token");
  field.value = token;
  field.form.requestSubmit();
}
