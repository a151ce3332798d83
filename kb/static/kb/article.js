/* Links to headings: a click goes there and copies the address. */

const prose = document.querySelector(".prose");
const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
prose?.after(status);

prose?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copy-link]");
  /* The clipboard wants a secure page; elsewhere it stays a plain link. */
  if (!link || !navigator.clipboard) return;
  navigator.clipboard.writeText(link.href).then(
    () => (status.textContent = prose.dataset.copied),
    () => (status.textContent = ""),
  );
});
