import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { EngineBench } from './bench.ts';
import { itCaptures } from './capture-promises.ts';
import { listChildren } from './children.ts';
import { itConnects } from './connection-promises.ts';
import type { EngineFixture } from './engine-fixture.ts';
import { itRestores } from './restore-promises.ts';
import { itIsTakenOver } from './takeover-promises.ts';

/** Runs the suite. After every single test, no secret may have been said and no child may be left. */
export function describeEngine(name: string, makeFixture: () => Promise<EngineFixture>): void {
  describe(`the engine ${name}`, () => {
    let fixture: EngineFixture | undefined;
    let bench: EngineBench | undefined;
    const current = () => {
      if (!bench) throw new Error('the fixture was not made');
      return bench;
    };
    beforeAll(async () => {
      fixture = await makeFixture();
    });
    afterAll(async () => {
      await fixture?.dispose();
    });
    beforeEach(() => {
      if (fixture) bench = new EngineBench(fixture);
    });
    afterEach(async () => {
      await bench?.dispose();
      expect(bench?.leaks()).toEqual([]);
      expect(await listChildren()).toEqual([]);
    });

    itConnects(current);
    itCaptures(current);
    itRestores(current);
    itIsTakenOver(current);
  });
}
