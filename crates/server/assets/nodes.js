// The search in the list of nodes: results follow what is typed.

import { morph } from "./morph.js";

const form = document.querySelector("[data-search]");
if (form) {
  let latest = 0;
  let timer = 0;
  const search = async () => {
    const mine = ++latest;
    const query = new URLSearchParams(new FormData(form));
    const url = `${form.getAttribute("action")}?${query}`;
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    morph(document.getElementById("results"), page.getElementById("results"));
    history.replaceState(null, "", url);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
}
