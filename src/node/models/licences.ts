/** The terms under which a network may be used. */
export interface Licence {
  /** SPDX identifier, or plain words where there is none. */
  readonly name: string;
  /** Whether a product may contain the network. */
  readonly commercialUse: boolean;
  /** Where the terms can be read. */
  readonly url: string;
  /** What else must be known. */
  readonly note?: string | undefined;
}

export const MIT: Licence = {
  name: 'MIT',
  commercialUse: true,
  url: 'https://spdx.org/licenses/MIT.html',
};

export const APACHE_2: Licence = {
  name: 'Apache-2.0',
  commercialUse: true,
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
};

export const INSIGHTFACE_LICENCE: Licence = {
  name: 'non-commercial research only',
  commercialUse: false,
  url: 'https://github.com/deepinsight/insightface#license',
  note: 'a different label on a copy of the same bytes does not change that',
};

/** Several licences in one expression, as SPDX writes it. */
export const licenceExpression = (licences: readonly Licence[]): string =>
  licences.map(({ name }) => name).join(' AND ');

/** A licence as a sentence for people. */
export const licenceNotice = ({ name, url, note }: Licence): string => `${name} (${url})${note ? `; ${note}` : ''}.`;
