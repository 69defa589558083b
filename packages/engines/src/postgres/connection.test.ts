import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionSchema, describeConnection, parseConnection } from './connection.ts';
import { toolEnvironment } from './tool-environment.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((value) => !value.includes('\0') && value.isWellFormed());

describe('a connection string', () => {
  it('gives back any user, password and database that was percent-encoded', () => {
    fc.assert(
      fc.property(text, text, text, (user, password, database) => {
        const encoded = [user, password, database].map(encodeURIComponent);
        const connection = parseConnection(`postgres://${encoded[0]}:${encoded[1]}@host/${encoded[2]}`);
        expect(connection).toMatchObject({ user, password, database, host: 'host', port: 5432 });
        expect(toolEnvironment(connection)).toMatchObject({ PGUSER: user, PGPASSWORD: password, PGDATABASE: database });
      }),
    );
  });

  it.each([
    ['postgres://u:p@[::1]:5433/shop', { host: '::1', port: 5433 }, 'shop on [::1]:5433'],
    ['postgresql://u@/shop?host=/tmp/socket', { host: '/tmp/socket', password: null }, 'shop on /tmp/socket (port 5432)'],
    ['postgres://u:p@/shop?host=/tmp/a%20b&port=6000', { host: '/tmp/a b', port: 6000 }, 'shop on /tmp/a b (port 6000)'],
    ['postgres:///shop?host=/tmp&user=u', { host: '/tmp', user: 'u' }, 'shop on /tmp (port 5432)'],
    ['postgres://u@%2Ftmp%2Fsocket/shop', { host: '/tmp/socket' }, 'shop on /tmp/socket (port 5432)'],
    ['postgres://u:p@host/..', { database: '..' }, '.. on host:5432'],
    ['postgres://u:p@db.example.org:1/%0Ashop', { database: '\nshop' }, '?shop on db.example.org:1'],
  ])('understands %s', (url, parts, described) => {
    expect(parseConnection(url)).toMatchObject(parts);
    expect(describeConnection(parseConnection(url))).toBe(described);
  });

  it('hands its parameters to the tools, and adds to the options of the server', () => {
    const connection = parseConnection(
      'postgres://u:p@h/shop?sslmode=require&sslrootcert=/ca.pem&options=-c%20work_mem%3D1MB&connect_timeout=3',
    );
    expect(toolEnvironment(connection, { synchronous_commit: 'off' })).toMatchObject({
      PGSSLMODE: 'require',
      PGSSLROOTCERT: '/ca.pem',
      PGCONNECT_TIMEOUT: '3',
      PGOPTIONS: '-c work_mem=1MB -c synchronous_commit=off',
    });
  });

  it.each([
    ['http://u:odd-secret@h/shop', 'does not start with'],
    ['postgres://u:odd-secret@h', 'names no database'],
    ['postgres://:odd-secret@h/shop', 'names no user'],
    ['postgres://u:odd-secret@/shop', 'names no host'],
    ['postgres://u:odd-secret@h:1,i:2/shop', 'one host only'],
    ['postgres://u:odd-secret@h/shop?host=a,b', 'several hosts'],
    ['postgres://u:odd-secret@h/shop?port=0', 'port'],
    ['postgres://u:odd-secret%@h/shop', 'percent-encoded'],
    ['postgres://u:odd-secret%00@h/shop', 'zero byte'],
    ['postgres://u:odd-secret@h/shop?sslmode=odd-secret', 'sslmode is none of'],
    ['postgres://u:odd-secret@h/shop?sslmode=verify-full', 'needs sslrootcert'],
    ['postgres://u:odd-secret@h/shop?passfile=odd-secret', 'is not known'],
  ])('refuses %s and does not repeat the password', (url, words) => {
    const message = connectionSchema.safeParse(url).error?.message ?? '';
    expect(message).toContain(words);
    expect(message).not.toContain('odd-secret');
    expect(() => parseConnection(url)).toThrow(expect.objectContaining({ code: 'engine.connection-invalid' }));
  });
});
