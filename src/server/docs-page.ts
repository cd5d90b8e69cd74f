import { escapeXml } from '../overlay/escape-xml.js';
import { DOCS_STYLE_PATH } from './docs-style.js';
import type { DescribedOperation, OpenApiDocument } from './openapi.js';

const code = (text: string) => `<code>${escapeXml(text)}</code>`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  `<div class="table" tabindex="0"><table><thead><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table></div>`;

/** The values that a schema allows, in words. */
function values(schema: Record<string, unknown>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(String(value))).join(', ');
  const { type, minimum, maximum, multipleOf } = schema;
  const range = minimum === undefined ? '' : `, ${minimum} to ${maximum}`;
  return `${type}${range}${multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`}`;
}

/** The shell command for an operation. */
function curl(origin: string, method: string, path: string, operation: DescribedOperation): string {
  const [type] = Object.keys(operation.responses[200].content);
  const parts = ['curl -sf'];
  if (operation.security) parts.push("-H 'Authorization: Bearer &lt;token&gt;'");
  if (method === 'post') parts.push('--data-binary @photo.jpg');
  parts.push(escapeXml(`${origin}${path}`));
  if (type.startsWith('image/')) parts.push('-o faces.png');
  return `<pre tabindex="0">${parts.join(' ')}</pre>`;
}

function section(origin: string, method: string, path: string, operation: DescribedOperation): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const parts = [
    `<h2>${method.toUpperCase()} ${escapeXml(path)}</h2>`,
    `<p>${escapeXml(summary)}.</p>`,
    curl(origin, method, path, operation),
  ];
  if (requestBody) {
    parts.push(
      `<p>The image is the body, or a file in a form: ${Object.keys(requestBody.content).map(code).join(', ')}.</p>`,
    );
  }
  if (parameters.length > 0) {
    const rows = parameters.map(({ name, description, schema }) => [
      code(name),
      values(schema as Record<string, unknown>),
      'default' in schema ? code(String(schema.default)) : '',
      escapeXml(description),
    ]);
    parts.push('<h3>Query</h3>', table(['name', 'value', 'default', ''], rows));
  }
  const answers = Object.entries(responses).map(([status, { description, content }]) => [
    status,
    escapeXml(description),
    Object.keys(content).map(code).join(', '),
  ]);
  parts.push('<h3>Answers</h3>', table(['status', '', 'type'], answers));
  return parts.join('\n');
}

/**
 * The description of the service as an HTML page. It loads nothing from other servers.
 * @param origin where the reader reached the service
 */
export function docsPage({ info, paths, components }: OpenApiDocument, origin: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(origin, method, path, operation)),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3>${name}</h3><pre tabindex="0">${escapeXml(JSON.stringify(schema, undefined, 2))}</pre>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title}: HTTP service</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${DOCS_STYLE_PATH}">
</head>
<body>
<main>
<h1>HTTP service</h1>
<p>${info.title} ${info.version}. ${escapeXml(info.description)} Machines read <a href="/openapi.json">/openapi.json</a>; the page to try it in is <a href="/">/</a>.</p>
${operations.join('\n')}
<h2>What is sent</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`;
}
