import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { answerCode, leaseScript } from '../src/lease/lease-script.ts';
import { graceMs, latenessMs, longestRoundMs, roundMs, shortestLeaseMs } from '../src/lease/timing.ts';
import { encodeTimetable } from '../src/limits/published-limits.ts';
import type { Timetable } from '../src/limits/timetable.ts';
import { createRedisScript } from '../src/redis-script.ts';
import type { Movement } from './movements.ts';

/** A worker of the simulation: it asks again when its lease begins, and then moves the lease evenly, late by up to what it may be. */
export interface SimulatedWorker {
  readonly gates: readonly string[];
  /** Wants so many bytes with each lease. */
  readonly wantBytes: number;
  readonly fromMs: number;
  /** Asks no more, and moves no more, from then on: it was killed. */
  readonly untilMs: number;
}

export interface Simulation {
  readonly workers: readonly SimulatedWorker[];
  readonly durationMs: number;
  /** From 0 to 1. */
  random(): number;
  /** Hears of every lease: when it begins, how long it takes, and what it holds. */
  onGrant?(grant: Grant): void;
  /** What is published in Redis instead of rates that hold for ever, and when the simulation begins. */
  readonly timetables?: Readonly<Record<string, Timetable>>;
  readonly startMs?: number;
  /** Called when time reaches each of these moments, to change what holds. */
  readonly changes?: readonly { readonly atMs: number; readonly rates: Readonly<Record<string, number>> }[];
}

/** A lease of the simulation, in its own time. */
export interface Grant {
  readonly worker: number;
  readonly fromMs: number;
  readonly durationMs: number;
  readonly bytes: number;
}

/** Leases are moved in so many pieces. */
const pieces = 4;

/** The lease script on a real Redis, whose time is the simulation's: seconds pass as fast as Redis answers. Rates: -1 is unlimited, 0 is paused. */
export async function simulate(redis: Redis, rates: Readonly<Record<string, number>>, simulation: Simulation): Promise<Movement[]> {
  const prefix = `{simulated-${randomBytes(6).toString('hex')}}`;
  const run = createRedisScript(redis, leaseScript('tonumber(ARGV[#ARGV])'));
  const { startMs = Date.UTC(2027, 0, 1), timetables = {} } = simulation;
  const publish = async (all: Readonly<Record<string, number>>) => {
    const fields = [
      ...Object.entries(all).flatMap(([name, rate]) => [name, `0=${rate}`]),
      ...Object.entries(timetables).flatMap(([name, timetable]) => [name, encodeTimetable(timetable)]),
    ];
    await redis.hset(`${prefix}:limits`, 'revision', 1, ...fields);
  };
  await publish(rates);
  const changes = [...(simulation.changes ?? [])];
  const movements: Movement[] = [];
  const used = new Set([`${prefix}:limits`]);
  const asks = simulation.workers.map(({ fromMs }, worker) => ({ worker, atMs: fromMs }));

  for (;;) {
    asks.sort((a, b) => a.atMs - b.atMs);
    const ask = asks.shift();
    if (ask === undefined || ask.atMs > simulation.durationMs) {
      await redis.del(...used);
      return movements;
    }
    for (let change = changes[0]; change !== undefined && change.atMs <= ask.atMs; change = changes[0]) {
      await publish(change.rates);
      changes.shift();
    }
    const { worker, atMs } = ask;
    const self = simulation.workers[worker];
    if (self === undefined || atMs >= self.untilMs) continue;
    const keys = [`${prefix}:limits`, ...self.gates.flatMap((gate) => [`${prefix}:free:${gate}`, `${prefix}:members:${gate}`])];
    const timing = [roundMs, longestRoundMs, shortestLeaseMs, graceMs, 600].map((ms) => ms * 1000);
    const nowUs = Math.round((startMs + atMs) * 1000);
    // What the script lets Redis forget after a while, it would forget in real time, in the midst of a simulation that is held up.
    const [raw] = await Promise.all([
      run(keys, [`w${worker}`, self.wantBytes, ...timing, ...self.gates.flatMap((gate) => [gate, '-']), nowUs]),
      ...keys.map((key) => redis.persist(key)),
    ]);
    for (const key of keys) used.add(key);
    const [code = 0, , waitUs = 0, durationUs = 0, bytes = 0] = Array.isArray(raw) ? raw.map(Number) : [];
    if (code !== answerCode.lease) {
      asks.push({ worker, atMs: atMs + 250 });
      continue;
    }
    const beginsMs = atMs + waitUs / 1000;
    simulation.onGrant?.({ worker, fromMs: beginsMs, durationMs: durationUs / 1000, bytes });
    for (let piece = 1; piece <= pieces; piece++) {
      // Random, and never earlier than the piece before it would be late.
      const dueMs = beginsMs + (durationUs / 1000) * (piece / pieces);
      const movedMs = Math.max(dueMs + simulation.random() * latenessMs * 0.8, atMs);
      if (movedMs < self.untilMs) movements.push({ worker, atMs: movedMs, bytes: bytes / pieces });
    }
    asks.push({ worker, atMs: Math.max(beginsMs, atMs) + simulation.random() });
  }
}
