export interface WorkerMetrics {
  loopDelayP99Ms: number;
  sentBytes: number;
  receivedBytes: number;
}

/** What a worker says of itself. Each reading begins a new measurement of its event loop; bytes count from its start. */
export async function readWorkerMetrics(port: number): Promise<WorkerMetrics> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const lines = (await answer.text()).split('\n');
  const sumOf = (metric: string) =>
    lines
      .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    loopDelayP99Ms: sumOf('nodejs_eventloop_lag_p99_seconds') * 1000,
    sentBytes: sumOf('cbcr_stored_bytes_total'),
    receivedBytes: sumOf('cbcr_read_bytes_total'),
  };
}
