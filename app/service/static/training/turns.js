// Decisions go to the service one after the other, and the page is not left before they are there.
let queue = Promise.resolve(), waiting = 0;

export function queued(job) {
  waiting += 1;
  queue = queue.then(job).finally(() => { waiting -= 1; });
  return queue;
}

addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !waiting || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  queue.then(() => link.click());
});
