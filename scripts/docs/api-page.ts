/** A piece of a declaration's text; references name what they lead to. */
interface Token {
  kind: string;
  text: string;
}

/** What API Extractor writes of an exported thing or of a part of one: as much of it as is shown. */
export interface ApiItem {
  kind: string;
  name?: string;
  docComment?: string;
  excerptTokens?: Token[];
  members?: ApiItem[];
}

/** The kinds of exports in the order in which they are shown. */
const KINDS: Record<string, string> = {
  Class: 'Classes',
  Function: 'Functions',
  Variable: 'Constants',
  Interface: 'Interfaces',
  TypeAlias: 'Types',
};

/** Parameters, results and errors stand below the text, as a list. */
const TAGS: Record<string, string> = {
  '@returns': '**Returns**',
  '@throws': '**Throws**',
};

/** A comment as Markdown. */
function commentText(comment = ''): string {
  const text = comment
    .replace(/^\/\*\*\n?/, '')
    .replace(/\n? *\*\/\s*$/, '')
    .replaceAll(/^ *\* ?/gm, '');
  const [summary, ...tags] = text.split(/^(?=@\w)/m);
  const lines = tags.map((tag) => {
    const flat = tag.replaceAll(/\s+/g, ' ').trim();
    const [, name, description] = /^@param (\S+) - (.*)$/.exec(flat) ?? [];
    if (name !== undefined) return `- \`${name}\`: ${description}`;
    const [word] = flat.split(' ');
    return `- ${TAGS[word] ?? word} ${flat.slice(word.length + 1)}`;
  });
  return [summary.trim(), lines.join('\n')].filter(Boolean).join('\n\n');
}

const declaration = ({ excerptTokens = [] }: ApiItem) =>
  excerptTokens
    .map(({ text }) => text)
    .join('')
    .replace(/^export declare /, '')
    .trim();

/** A member's comment as one line of a table or list. */
const inline = (comment: string | undefined) => commentText(comment).replaceAll(/\s*\n+\s*(- )?/g, ' ');

/** `Constructs a new instance` is written by API Extractor where a constructor has no comment. */
const memberLine = (member: ApiItem) => {
  const text = inline(member.docComment).replace(/^Constructs a new instance of the `\w+` class ?/, '');
  return `- \`${declaration(member).replace(/;$/, '').replaceAll(/\s+/g, ' ')}\`${text && `  \n  ${text}`}`;
};

function itemText(item: ApiItem): string {
  const parts = [`### ${item.name}`, `\`\`\`ts\n${declaration(item)}\n\`\`\``, commentText(item.docComment)];
  if (item.members?.length) parts.push(item.members.map(memberLine).join('\n'));
  return parts.filter(Boolean).join('\n\n');
}

/**
 * The reference of one entry as Markdown.
 * @param elsewhere exports that another page describes, by name
 */
export function apiPage(
  { title, intro }: { title: string; intro: string },
  items: readonly ApiItem[],
  elsewhere: ReadonlySet<string>,
): string {
  const own = items.filter(({ name }) => !elsewhere.has(name!));
  const parts = [`# ${title}`, intro];
  for (const [kind, heading] of Object.entries(KINDS)) {
    const ofKind = own.filter((item) => item.kind === kind);
    if (ofKind.length > 0) parts.push(`## ${heading}`, ...ofKind.map(itemText));
  }
  return `${parts.join('\n\n')}\n`;
}
