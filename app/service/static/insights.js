// Figures: a change of a filter asks at once, and a bar under the pointer says what it counts.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id !== "asked") return;
  if (event.target.type === "date" && !event.target.value) return;
  form.requestSubmit();
});

document.querySelectorAll(".columns").forEach((chart) => {
  const place = chart.nextElementSibling, usual = place.textContent;
  chart.addEventListener("pointerover", (event) => {
    place.textContent = event.target.closest("a")?.dataset.said ?? usual;
  });
  chart.addEventListener("pointerleave", () => { place.textContent = usual; });
});
