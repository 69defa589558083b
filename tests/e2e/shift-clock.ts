/**
 * Loaded before a program (`node --import …/shift-clock.ts?hours=-1`): its process believes that it is so many hours later. Everything in it
 * is deceived, libraries as well, as on a machine whose clock is wrong; time that passes is as long as ever.
 */
const hours = Number(new URL(import.meta.url).searchParams.get('hours'));
const Machine = globalThis.Date;
const shiftedNow = () => Machine.now() + hours * 3_600_000;

globalThis.Date = new Proxy(Machine, {
  apply: () => new Machine(shiftedNow()).toString(),
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget),
  get: (target, name) => (name === 'now' ? shiftedNow : Reflect.get(target, name)),
});

export {};
