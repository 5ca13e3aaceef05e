// The theme that somebody chose, applied before the page is drawn; the field in the header changes it. Every page has
// this text inside it, as a classic script, since a file of its own would arrive after the first drawing.
{
  const root = document.documentElement;
  const choice = () => {
    try {
      return localStorage.getItem("theme") ?? "";
    } catch {
      return ""; // a page inside another site may not be allowed to store anything
    }
  };

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  apply(choice());
  document.addEventListener("DOMContentLoaded", () => {
    const field = document.getElementById("theme");
    if (!field) return;
    field.hidden = false;
    field.value = choice();
    field.addEventListener("change", () => {
      apply(field.value);
      localStorage.setItem("theme", field.value);
    });
  });
}
