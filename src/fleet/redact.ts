/** User name and password of a URL. */
const USER_INFO = /(:\/\/)[^\s/?#"'<>]*@/g;
/** Query parameters that grant access, such as those of a signed link. */
const SECRET_PARAMETERS =
  /([?&][^=&\s"']*(?:signature|token|password|credential|secret|sig|key)[^=&\s"']*=)[^&\s"'#]*/gi;

/** Removes passwords and signatures from the URLs in a text, for messages, logs and results. */
export const redact = (text: string): string => text.replace(USER_INFO, '$1***@').replace(SECRET_PARAMETERS, '$1***');
