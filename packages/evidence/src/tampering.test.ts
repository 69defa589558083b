import { createHash, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainOf, eventsFileOf, key, pair, reading, relink, samplePack } from '../test/sample-pack.ts';
import type { PackedEvent } from './events-file.ts';
import { documentOf, linkOf, manifestSchema, packFiles, sealSchema, statementOf } from './pack-format.ts';
import { createKeyPair, readPrivateKey } from './signing-key.ts';
import { verifyPack } from './verify-pack.ts';

const seed = randomInt(2 ** 31);
const { publicKey } = pair;
const text = (pack: ReadonlyMap<string, Uint8Array>, name: string) => Buffer.from(pack.get(name) ?? []).toString('utf8');
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
type Files = ReadonlyMap<string, Uint8Array>;
const verify = (pack: Files, options?: { publicKey: string }) => verifyPack(reading(pack), options);
const problemsOf = async (pack: Files) => (await verify(pack, { publicKey })).problems;
const filesOf = async (pack: Files) => [...new Set((await problemsOf(pack)).map(({ file }) => file))];

/** Numbers that the seed alone decides (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test('a pack as it was made is in order, with the key and without', async () => {
  expect(await verify(await samplePack(), { publicKey })).toMatchObject({ trusted: true, events: 12, problems: [] });
  expect(await verify(await samplePack())).toMatchObject({ trusted: false, key: expect.stringMatching(/^sha256:/), problems: [] });
  expect((await verify(await samplePack([]))).problems).toEqual([]);
  expect((await verify(await samplePack(chainOf(5, 400)))).problems).toEqual([]);
});

test('the same content and key give the same bytes', async () => {
  expect(await samplePack()).toEqual(await samplePack());
});

test(`any changed byte of any file is found, in its file (seed ${seed})`, async () => {
  const random = randomNumbers(seed);
  const whole = await samplePack();
  for (const [name, bytes] of whole) {
    for (let round = 0; round < 40; round++) {
      const position = random(bytes.length);
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ (1 + random(255));
      const pack = new Map(whole).set(name, changed);
      const what = `seed ${seed}: ${name}, byte ${position}`;
      expect(await filesOf(pack), what).toEqual([name]);
      if (round % 10 === 0)
        expect(
          (await verify(pack)).problems.map(({ file }) => file),
          what,
        ).toContain(name);
    }
  }
});

test(`a changed byte of an event is found in that event (seed ${seed})`, async () => {
  const random = randomNumbers(seed);
  const whole = await samplePack();
  const lines = text(whole, packFiles.events).split('\n');
  for (let round = 0; round < 100; round++) {
    const id = 1 + random(12);
    const line = Buffer.from(lines[id] ?? '');
    const position = random(line.length);
    line[position] = (line[position] ?? 0) ^ (1 + random(255));
    const changed = Buffer.concat(
      lines.flatMap((one, at) => [at === 0 ? '' : '\n', at === id ? line : one].map((part) => Buffer.from(part))),
    );
    const events = (await problemsOf(new Map(whole).set(packFiles.events, changed))).flatMap(({ event }) => event ?? []);
    // A newline in place of another byte makes two lines of one; both are the event's.
    expect(events, `seed ${seed}, round ${round}`).toEqual([id]);
  }
});

test.each([...(await samplePack()).keys()])('%s, when it is removed, is missed', async (name) => {
  const pack = await samplePack();
  pack.delete(name);
  expect(await filesOf(pack)).toContain(name);
});

test('a file that was added is named', async () => {
  expect(await problemsOf((await samplePack()).set('more.json', Buffer.from('{}')))).toEqual([
    { file: 'more.json', event: null, detail: expect.stringContaining('added') },
  ]);
});

/** What somebody without the key can do: write the events anew, and everything that follows from them. */
async function rewrite(events: readonly PackedEvent[], depth: 'events' | 'manifest' | 'seal') {
  const pack = (await samplePack()).set(packFiles.events, eventsFileOf(events));
  if (depth === 'events') return pack;
  const manifest = manifestSchema.parse(JSON.parse(text(pack, packFiles.manifest)));
  const bytes = Buffer.from(pack.get(packFiles.events) ?? []);
  const files = manifest.files.map((file) =>
    file.name === packFiles.events ? { ...file, bytes: bytes.length, sha256: sha256Of(bytes) } : file,
  );
  const last = events.at(-1);
  const chain = { ...manifest.chain, links: events.map(linkOf), head: last === undefined ? null : { id: last.id, hash: last.hash } };
  const forged = documentOf({ ...manifest, files, chain });
  pack.set(packFiles.manifest, Buffer.from(forged));
  if (depth === 'manifest') return pack;
  const seal = sealSchema.parse(JSON.parse(text(pack, packFiles.seal)));
  return pack.set(packFiles.seal, Buffer.from(documentOf({ ...seal, manifest: forged })));
}

/** As a chain in good form: numbered and hashed again. */
const rechain = (events: readonly PackedEvent[]) => {
  const chained: PackedEvent[] = [];
  for (const [at, event] of events.entries()) chained.push(relink(chained.at(-1)?.hash ?? 'c'.repeat(64), { ...event, id: at + 1 }));
  return chained;
};
const swapped = (events: PackedEvent[], a: number, b: number) => {
  const copy = [...events];
  [copy[a - 1], copy[b - 1]] = [copy[b - 1] as PackedEvent, copy[a - 1] as PackedEvent];
  return copy;
};
const forgeries: [string, number, (events: PackedEvent[]) => PackedEvent[]][] = [
  ['two events that changed places', 4, (events) => swapped(events, 4, 9)],
  ['two events that changed places, hashed anew', 4, (events) => rechain(swapped(events, 4, 9))],
  ['a changed event', 5, (events) => events.map((event) => (event.id === 5 ? { ...event, actor: 'bob' } : event))],
  ['a changed event, hashed anew', 5, (events) => rechain(events.map((event) => (event.id === 5 ? { ...event, actor: 'bob' } : event)))],
  ['a removed event', 6, (events) => events.filter(({ id }) => id !== 6)],
  ['a removed event, hashed anew', 6, (events) => rechain(events.filter(({ id }) => id !== 6))],
  ['an event more, hashed anew', 7, (events) => rechain([...events.slice(0, 6), { ...(events[2] as PackedEvent) }, ...events.slice(6)])],
  ['the last event removed', 12, (events) => events.slice(0, -1)],
];

test.each(forgeries)('%s: found in event %i, also when the manifest was written anew', async (_what, id, forge) => {
  const events = forge(chainOf(12));
  const first = await problemsOf(await rewrite(events, 'events'));
  expect(first.flatMap(({ event }) => event ?? [])).toEqual([id]);
  const second = await problemsOf(await rewrite(events, 'manifest'));
  expect(second.flatMap(({ event }) => event ?? [])).toEqual([id]);
  expect(second.map(({ file }) => file)).toContain(packFiles.manifest);
});

test.each(forgeries)(
  '%s: when all but the signatures was written anew, the file is found by its own signature',
  async (_what, _id, forge) => {
    expect((await filesOf(await rewrite(forge(chainOf(12)), 'seal'))).toSorted()).toEqual([packFiles.events, packFiles.seal]);
  },
);

test('what the key signed for one file is no manifest: no pack is in order under such a signature', async () => {
  const whole = await samplePack();
  const seal = sealSchema.parse(JSON.parse(text(whole, packFiles.seal)));
  for (const { name, signature } of seal.files) {
    const statement = statementOf(name, sha256Of(whole.get(name) ?? Buffer.from('')));
    const forged = new Map<string, Uint8Array>([
      [packFiles.events, eventsFileOf(chainOf(3))],
      [packFiles.report, Buffer.from('<p>all is well</p>')],
      [packFiles.manifest, Buffer.from(statement)],
      [packFiles.seal, Buffer.from(documentOf({ ...seal, signature, files: [], manifest: statement }))],
    ]);
    expect(await filesOf(forged), name).toContain(packFiles.manifest);
    expect((await verify(forged)).problems, name).not.toEqual([]);
    expect((await verify(forged, { publicKey })).trusted, name).toBe(false);
  }
});

test('a pack that somebody else signed is none of the expected key, and every file says so', async () => {
  const forged = await samplePack(chainOf(12), readPrivateKey(createKeyPair().privateKey));
  const { problems, trusted } = await verify(forged, { publicKey });
  expect(trusted).toBe(false);
  expect(problems.map(({ file }) => file)).toContain(packFiles.seal);
  expect(await verify(forged)).toMatchObject({ trusted: false, problems: [] });
});

test('a public key is not taken for a private one, nor the other way round, and neither is shown', async () => {
  expect(() => readPrivateKey(publicKey)).toThrowError(expect.objectContaining({ code: 'evidence.key-invalid' }));
  await expect(verify(await samplePack(), { publicKey: 'hunter2' })).rejects.toThrowError(
    expect.objectContaining({ code: 'evidence.key-invalid', message: expect.not.stringContaining('hunter2') }),
  );
  expect(key.asymmetricKeyType).toBe('ed25519');
});

test('the report escapes what it shows and asks for nothing from elsewhere', async () => {
  const page = text(await samplePack(), packFiles.report);
  expect(page).not.toMatch(/<script|<b>|src=|href=|@import|url\(/);
  expect(page).toContain('&lt;script&gt;');
});
