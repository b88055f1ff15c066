// An execution that is watched: its events, until it has ended.

// The events of a stream, from the one after `last` on; a stream that breaks off is asked for again.
export async function follow(url, headers, take, signal) {
  let last = null;
  for (let tries = 0; tries < 20 && !signal?.aborted; tries += 1) {
    try {
      const answer = await fetch(url, {
        headers: { ...headers, accept: "text/event-stream", ...(last === null ? {} : { "last-event-id": last }) },
        signal,
      });
      if (!answer.ok) return false;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const data = [];
          for (const line of block.split("\n")) {
            if (line.startsWith("id:")) last = line.slice(3).trim();
            else if (line.startsWith("data:")) data.push(line.slice(5).trim());
          }
          if (data.length === 0) continue;
          const event = JSON.parse(data.join("\n"));
          tries = 0;
          take(event);
          if (event.event === "ended") return true;
        }
      }
    } catch (error) {
      if (signal?.aborted) return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 300 + 200 * tries));
  }
  return false;
}

// Shows in the panel of an execution how far it is, then how it ended.
export async function watch(panel, { apiRoot, headers = {}, refresh, signal }) {
  const id = panel.dataset.execution;
  const counts = panel.querySelector("[data-counts]");
  const live = panel.querySelector("[data-live]");
  const progress = panel.querySelector("progress");
  const tally = { items: 0, done: 0, sent: 0, notSent: 0, unknown: 0 };
  let drawn = 0;
  let said = 0;
  const draw = (last = false) => {
    const now = performance.now();
    if (!last && now - drawn < 60) return;
    drawn = now;
    if (progress) {
      progress.max = Math.max(tally.items, 1);
      progress.value = tally.done;
    }
    const verdicts = tally.sent + tally.notSent + tally.unknown;
    const text = verdicts > 0
      ? `${tally.sent} sent, ${tally.notSent} not sent, ${tally.unknown} unknown · ${tally.done} of ${tally.items} items`
      : `${tally.done} of ${tally.items} items`;
    counts.textContent = text;
    // Not more often than somebody can listen to.
    if (last || now - said > 2000) {
      said = now;
      live.textContent = text;
    }
  };
  await follow(`${apiRoot}/executions/${id}/events`, headers, (event) => {
    if (event.event === "nodeStarted" && !event.at?.of?.origin) tally.items = event.items;
    else if (event.event === "itemDone" && !event.at?.of?.origin) {
      tally.done += 1;
      if (event.verdict in tally) tally[event.verdict] += 1;
    } else if (event.event === "progress" || event.event === "ended") Object.assign(tally, event.progress);
    else if (event.event === "waiting") {
      const seconds = (event.duration?.secs ?? 0) + (event.duration?.nanos ?? 0) / 1e9;
      live.textContent = `Waiting ${seconds.toFixed(1)} seconds`;
    } else return;
    draw(event.event === "ended");
  }, signal);
  if (!signal?.aborted) await refresh(id);
}

// The page of an execution.
const alone = document.querySelector("main .execution[data-running]");
if (alone && !document.getElementById("form")) {
  const base = new URL(import.meta.url).pathname.replace(/\/assets\/.*/, "");
  watch(alone, { apiRoot: `${base}/api/v1`, refresh: () => location.reload() });
  alone.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
    event.preventDefault();
    fetch(`${base}/api/v1/executions/${alone.dataset.execution}/cancel`, { method: "POST" });
  });
}
