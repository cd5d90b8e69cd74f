/** Waits until a worker has all files, or has given up. */
function activation(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('not all files could be kept.'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** Has the site kept for visits without a connection. @throws when that cannot be done */
export async function keepForOffline(): Promise<void> {
  const { active, waiting, installing } = await navigator.serviceWorker.register('service-worker.js');
  const worker = waiting ?? installing;
  if (!active && worker) await activation(worker);
}
