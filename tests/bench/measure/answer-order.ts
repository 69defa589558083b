/** The other side of `measureProcess`: does the work once and reports; the parent ends the process by hanging up. */
export function answerOrder<Order, Report extends object>(work: (order: Order) => Promise<Report>): void {
  // Not `once`: the listener keeps the process alive until the parent has read what it used.
  process.on('message', (order: Order) => {
    work(order).then(
      (report) => process.send?.(report),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
