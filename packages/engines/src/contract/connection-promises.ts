import { isCbcrError } from '@cbcr/domain';
import { expect, it } from 'vitest';
import type { EngineBench } from './bench.ts';

export function itConnects(current: () => EngineBench): void {
  it('describes a source without its secret', async () => {
    const bench = current();
    const { engine } = bench.fixture;
    const source = await bench.fixture.makeSource('rich');
    bench.hear(engine.describe(source));
    const facts = await engine.inspect(source, await bench.context());
    bench.hear(facts);
    expect(facts.target).not.toBe('');
    expect(bench.leaks()).toEqual([]);
  });

  it('says with a code why a source cannot be captured', async () => {
    const bench = current();
    const { engine, failures } = bench.fixture;
    for (const { what, connection, code } of failures) {
      const inspected = await bench.failureOf(engine.inspect(connection, await bench.context()));
      expect(isCbcrError(inspected) ? inspected.code : inspected, `inspect: ${what}`).toBe(code);
      const captured = await bench.failureOf(bench.startCapture(connection));
      expect(isCbcrError(captured) ? captured.code : captured, `capture: ${what}`).toBe(code);
    }
    expect(failures.length).toBeGreaterThan(0);
  });

  it('refuses a connection that is not valid without repeating it', async () => {
    const bench = current();
    const { engine, invalidConnections } = bench.fixture;
    for (const connection of invalidConnections) {
      const result = engine.connectionSchema.safeParse(connection);
      expect(result.success, connection).toBe(false);
      bench.hear(result.error?.message);
      const failure = await bench.failureOf(engine.inspect(connection, await bench.context()));
      expect(isCbcrError(failure, 'engine.connection-invalid')).toBe(true);
    }
    expect(bench.leaks()).toEqual([]);
  });
}
