import type { SiteSettings } from './site-settings.js';

/** Without the element it is a page that somebody copied: it does all by itself. */
export const readSiteSettings = (): SiteSettings =>
  JSON.parse(document.querySelector('#site')?.textContent ?? '{"service":false}');
