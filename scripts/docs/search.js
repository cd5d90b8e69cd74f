// The search box: headings that hold every word. HEADINGS is written above this by the builder: [file, page, text, id].
const input = document.querySelector('#search');
const list = document.querySelector('#found');
const menu = document.querySelector('#menu');

const MOST = 12;

/** Headings that hold every word, those of which it is the beginning first. */
function find(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return HEADINGS.map(([file, page, text, id]) => ({ file, page, text, id, low: `${text} ${page}`.toLowerCase() }))
    .filter(({ low }) => words.every((word) => low.includes(word)))
    .sort((a, b) => Number(b.low.startsWith(words[0])) - Number(a.low.startsWith(words[0])))
    .slice(0, MOST);
}

function show(found, query) {
  list.replaceChildren(
    ...found.map(({ file, page, text, id }) => {
      const link = document.createElement('a');
      link.href = id ? `${file}#${id}` : file;
      const small = document.createElement('small');
      small.textContent = page;
      link.append(text, small);
      const item = document.createElement('li');
      item.append(link);
      return item;
    }),
  );
  if (found.length === 0) list.textContent = 'No heading has these words.';
  list.hidden = query.trim() === '';
}

input.addEventListener('input', () => show(find(input.value), input.value));
input.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') list.querySelector('a')?.click();
  if (event.key === 'ArrowDown') list.querySelector('a')?.focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') list.hidden = true;
  if (event.key === '/' && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  }
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('search, #found')) list.hidden = true;
});

// On wide screens the list of pages stands open beside the text; on narrow ones it opens when it is wanted.
const wide = matchMedia('(min-width: 50.01rem)');
const fit = () => {
  menu.open = wide.matches;
};
wide.addEventListener('change', fit);
fit();
