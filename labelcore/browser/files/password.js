// On the pages for signing in: what somebody types can be looked at, and a meter says how hard it is to guess.

const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=password]"));
const chosen = /** @type {HTMLInputElement | null} */ (document.querySelector("[autocomplete=new-password]"));
const meter = document.querySelector("meter");
const box = /** @type {HTMLInputElement} */ (document.querySelector("label.show input"));

/**
 * How long, and of how many different characters: 0 (short, or few of them) to 4 (as four words are).
 * @param {string} password
 */
function strength(password) {
  if (password.length < 12) return 0;
  const different = new Set(password.toLowerCase()).size;
  return Math.min(4, Math.floor(Math.min(password.length / 5, different / 2.5)));
}

for (const label of document.querySelectorAll("label.show")) label.setAttribute("style", "display:block");
box.addEventListener("change", () => {
  for (const field of fields) field.type = box.checked ? "text" : "password";
});
if (meter && chosen) {
  meter.setAttribute("style", "display:block");
  chosen.addEventListener("input", () => {
    meter.value = strength(chosen.value);
  });
}
