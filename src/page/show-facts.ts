/** Fills a description list. */
export function showFacts(list: HTMLElement, facts: Readonly<Record<string, string>>): void {
  list.replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [
      Object.assign(document.createElement('dt'), { textContent: name }),
      Object.assign(document.createElement('dd'), { textContent: value }),
    ]),
  );
}
