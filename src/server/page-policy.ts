/** A content security policy in the form that `secureHeaders` takes. */
type Policy = Readonly<Record<string, readonly string[]>>;

/**
 * The page may load its own files, and images that it makes itself as `blob:` and `data:` URLs. Evaluating strings is forbidden;
 * WebAssembly needs its own permission.
 */
export const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
  workerSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  mediaSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
} satisfies Policy;

/** The policy as text. */
export const policyText = (policy: Policy): string =>
  Object.entries(policy)
    .map(([name, sources]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), ...sources].join(' '))
    .join('; ');
