/** What stands before the host of an address: a name, a password, or both. */
const USER_INFO = /(:\/\/)[^\s/?#"'<>]*@/g;
/** Parameters that let whoever has the address in, such as those of a signed link. */
const SECRET_PARAMETERS =
  /([?&][^=&\s"']*(?:signature|token|password|credential|secret|sig|key)[^=&\s"']*=)[^&\s"'#]*/gi;

/** Text without the passwords and signatures of the addresses in it: for messages, logs and results. */
export const redact = (text: string): string => text.replace(USER_INFO, '$1***@').replace(SECRET_PARAMETERS, '$1***');
