/** Keeps the last `limitBytes` of what was written, so that a chatty tool cannot fill the memory. */
export interface BoundedTail {
  write(chunk: Buffer): void;
  text(): string;
}

export function createBoundedTail(limitBytes: number): BoundedTail {
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  const compact = () => {
    const whole = Buffer.concat(chunks);
    return whole.subarray(Math.max(0, whole.length - limitBytes));
  };
  return {
    write(chunk) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes * 2) return;
      chunks = [Buffer.from(compact())];
      sizeBytes = limitBytes;
    },
    text: () => compact().toString('utf8'),
  };
}
