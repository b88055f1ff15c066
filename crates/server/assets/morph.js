// Brings a part of the page to what the server has rendered, element by element, so that whatever stays keeps its focus,
// its selection and what is being typed. Elements are the same where their ids are, or else their kind and place.

const isText = (node) => node.nodeType === Node.TEXT_NODE;
const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || null : null);

function isSame(a, b) {
  if (a.nodeType !== b.nodeType) return false;
  if (isText(a)) return true;
  return a.nodeName === b.nodeName && (a.id || "") === (b.id || "") && (a.name || "") === (b.name || "")
    && (a.type || "") === (b.type || "");
}

function focused(element) {
  const root = element.getRootNode();
  return root.activeElement === element;
}

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS") && name !== "style") from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (name === "open" && from.nodeName === "DETAILS") continue;
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function values(from, to) {
  if (focused(from)) return;
  if (from.nodeName === "INPUT") {
    if (from.type === "file") return;
    if (from.type === "checkbox" || from.type === "radio") from.checked = to.hasAttribute("checked");
    else if (from.value !== to.getAttribute("value")) from.value = to.getAttribute("value") ?? "";
  } else if (from.nodeName === "TEXTAREA") {
    if (from.value !== to.value) from.value = to.value;
  }
}

// `from` becomes as `to` is. `keeps` says of an element that is handled elsewhere.
export function morph(from, to, keeps = () => false) {
  if (isText(from)) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE || keeps(from, to)) return;
  if (from.hasAttribute("data-keep")) {
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (to.hasAttribute(name)) from.setAttribute(name, to.getAttribute(name));
      else from.removeAttribute(name);
    }
    return;
  }
  attributes(from, to);
  values(from, to);
  if (from.nodeName === "TEXTAREA") return;
  if (from.nodeName === "NOSCRIPT") return;
  children(from, to, keeps);
  if (from.nodeName === "SELECT" && !focused(from)) {
    const chosen = [...from.options].findIndex((option) => option.hasAttribute("selected"));
    from.selectedIndex = Math.max(chosen, from.multiple ? -1 : 0);
  }
}

function children(from, to, keeps) {
  const known = new Map();
  for (const child of from.children) if (keyOf(child)) known.set(child.id, child);
  const wanted = new Set([...to.children].map(keyOf).filter(Boolean));
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const key = keyOf(next);
    // What is no longer wanted goes, but not what comes later.
    while (at && !isSame(at, next) && (isText(at) || !wanted.has(keyOf(at)))) {
      if (key && known.has(key)) break;
      const gone = at;
      if (!key && at.nodeType === next.nodeType && isText(at)) break;
      at = at.nextSibling;
      gone.remove();
    }
    const match = key && known.get(key);
    if (match && isSame(match, next)) {
      if (match !== at) {
        // Moving an element takes its focus away; those around it move instead, where they can.
        if (match.contains(match.getRootNode().activeElement) && at) {
          while (at && at !== match) {
            const other = at;
            at = at.nextSibling;
            if (wanted.has(keyOf(other))) from.insertBefore(other, match.nextSibling);
            else other.remove();
          }
        } else {
          from.insertBefore(match, at);
        }
      }
      morph(match, next, keeps);
      at = match.nextSibling;
    } else if (!key && at && isSame(at, next)) {
      morph(at, next, keeps);
      at = at.nextSibling;
    } else {
      from.insertBefore(next, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}
