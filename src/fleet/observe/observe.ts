import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { asError } from '../../as-error.js';
import { errorBody } from '../../server/http-error.js';
import { resolveLimits } from '../../server/limits.js';
import { listen, type RunningServer } from '../../server/listen.js';
import type { ServerEnv } from '../../server/server-env.js';

export interface ObserveOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  /** Whether the process is able to work. */
  isHealthy(): boolean;
  /** Prometheus' text format. */
  metrics(): Promise<string>;
}

/**
 * Serves `/v1/health` and `/metrics` for orchestrators and Prometheus. The answers contain no secrets.
 * @throws ListenError
 */
export function observe({ host, port, isHealthy, metrics }: ObserveOptions): Promise<RunningServer> {
  const app = new Hono<ServerEnv>();
  app.use(secureHeaders());
  app.get('/v1/health', (context) =>
    isHealthy() ? context.json({ status: 'ok' }) : context.json({ status: 'no thread can work' }, 503),
  );
  app.get('/metrics', async (context) =>
    context.body(await metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.notFound((context) => context.json(errorBody('ERR_NOT_FOUND', 'Here are /v1/health and /metrics.'), 404));
  app.onError((error, context) => context.json(errorBody('ERR_INTERNAL', asError(error).message), 500));
  return listen(app, { host, port, limits: resolveLimits({}) });
}
