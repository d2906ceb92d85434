// Tell the service one thing after the other; the page is not left without a question while something is untold.
let line = Promise.resolve(), waiting = 0;

export function inTurn(job) {
  waiting += 1;
  line = line.then(job).finally(() => { waiting -= 1; });
  return line;
}

export const pending = () => waiting > 0;
export const drained = () => line; // resolves once all is told

addEventListener("beforeunload", (event) => { if (pending()) event.preventDefault(); });
