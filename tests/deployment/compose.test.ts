import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DCLinter } from 'dclint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const composeFile = join(root, 'docker-compose.yml');

interface Compose {
  services: Record<
    string,
    {
      image?: string;
      build?: { context: string };
      healthcheck?: unknown;
      restart?: string;
      command?: string[];
      secrets?: string[];
      container_name?: string;
      environment?: Record<string, string>;
      depends_on?: Record<string, { condition: string }>;
    }
  >;
  secrets: Record<string, { file: string }>;
  configs: Record<string, { file: string }>;
}
const compose: Compose = parse(readFileSync(composeFile, 'utf8'), { merge: true });
const services = Object.entries(compose.services);

/** Messages of the compose schema and of the rules about correctness; the order of keys is a matter of reading, not of rules. */
function lint(file: string): string[] {
  const linter = new DCLinter({
    quiet: false,
    debug: false,
    exclude: [],
    rules: {
      'no-quotes-in-volumes': 0,
      'service-dependencies-alphabetical-order': 0,
      'service-keys-order': 0,
      'services-alphabetical-order': 0,
      'top-level-properties-order': 0,
    },
  });
  // Its own declarations import without extensions, which Node's resolution does not follow: the shape is stated here.
  const results: { messages: { line: number; message: string }[] }[] = linter.lintFiles([file], false);
  return results.flatMap(({ messages }) => messages.map(({ line, message }) => `${line}: ${message}`));
}

test('docker-compose.yml satisfies the compose schema and the rules of the linter', () => {
  expect(lint(composeFile)).toEqual([]);
});

test('the check bites: a misspelt key of a service is reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cbcr-compose-'));
  try {
    const planted = join(folder, 'docker-compose.yml');
    writeFileSync(planted, readFileSync(composeFile, 'utf8').replace('stop_grace_period', 'stop_grace_perod'));
    expect(lint(planted).join('\n')).toMatch(/stop_grace_perod|additional/i);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe.each(services)('service %s', (_name, service) => {
  test('has a pinned image', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?/);
  });

  test('runs once, or has a health check and starts again', () => {
    const runsOnce = service.restart === undefined || service.restart === 'on-failure';
    expect(runsOnce || (service.healthcheck !== undefined && service.restart === 'unless-stopped')).toBe(true);
  });

  test('takes its secrets from files that are mounted', () => {
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      expect(variable).not.toMatch(/(PASSWORD|TOKEN|KEY|URL)$/);
      const mounted = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1];
      if (mounted !== undefined) expect(service.secrets).toContain(mounted);
    }
    for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
  });

  test('starts a program that exists', () => {
    if (service.build === undefined) return;
    expect(existsSync(join(root, String(service.command?.[0])))).toBe(true);
  });

  test('can be scaled: no fixed container name', () => {
    expect(service.container_name).toBeUndefined();
  });
});

test('there is one worker service for each region, each region has its store, and every reference has a file', () => {
  const config: { regions: Record<string, { store: { endpoint: string } }> } = parse(readFileSync(join(root, 'deploy/cbcr.yaml'), 'utf8'), {
    merge: true,
  });
  const regions = Object.keys(config.regions).sort();
  const served = services.flatMap(([, service]) => service.environment?.['CBCR_REGION'] ?? []).sort();
  expect(served).toEqual(regions);
  for (const { store } of Object.values(config.regions)) {
    expect(Object.keys(compose.services)).toContain(new URL(store.endpoint).hostname);
  }
  const maker = readFileSync(join(root, 'deploy/make-secrets'), 'utf8');
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    expect(file).toBe(`./deploy/secrets/${name}`);
    expect(maker).toContain(`keep ${name}`);
  }
  for (const { file } of Object.values(compose.configs)) expect(existsSync(join(root, file))).toBe(true);
});
