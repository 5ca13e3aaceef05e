// The bar of the planners' pages where it is wider than the screen: it begins with the page that is open.

const link = document.querySelector(".planbar [aria-current]");
const list = document.querySelector(".planbar__list");
if (link) list.scrollLeft = link.offsetLeft - list.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
