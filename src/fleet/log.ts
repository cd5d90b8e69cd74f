import { redact } from './redact.js';

export type LogLevel = 'info' | 'warn' | 'error';

/** Fields of a line beside its message: run, shard, machine, an error's code. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** A log of JSON lines, without passwords. @param fields added to every line */
export function jsonLog(write: (line: string) => void, fields: LogFields = {}): Log {
  return (level, message, more) => {
    const line = { time: new Date().toISOString(), level, message, ...fields, ...more };
    write(JSON.stringify(line, (_, value) => (typeof value === 'string' ? redact(value) : value)));
  };
}

/** A log that writes nothing. */
export const noLog: Log = () => undefined;
