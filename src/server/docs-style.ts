export const DOCS_STYLE_PATH = '/docs.css';

/** Style of the description's page. Served as a separate file, because the security policy of the service forbids inline styles. */
export const DOCS_STYLE = `:root { color-scheme: light dark; --raised: #f4f5f7; --line: #d9dce1; }
@media (prefers-color-scheme: dark) { :root { --raised: #1e2127; --line: #353a43; } }
body { margin: 0; font: 1rem / 1.6 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1.25rem 5rem; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; }
code, pre { font: 0.875rem / 1.5 ui-monospace, Menlo, Consolas, monospace; }
:not(td) > code { overflow-wrap: anywhere; }
pre { padding: 0.9rem 1rem; overflow: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; }
.table { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.35rem 0.8rem 0.35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
`;
