import { CbcrError } from '@cbcr/domain';
import { describe, expect, it } from 'vitest';
import { ChildFailure } from '../child-process/child-process.ts';
import { parseConnection } from './connection.ts';
import { translateServerError } from './server-errors.ts';

const connection = parseConnection('postgres://user:odd%20secret@host/shop');
const fallback = (cause: string) => new CbcrError('engine.capture-failed', { instance: 'shop', cause });
const translate = (error: unknown) => translateServerError(error, connection, fallback);
const withCode = (code: string, message = 'words') => Object.assign(new Error(message), { code });
const said = (stderr: string) => new ChildFailure('pg_dump', 'failed with exit code 1', stderr);

describe('an error of the server', () => {
  it.each([
    ['28P01', 'engine.denied'],
    ['28000', 'engine.denied'],
    ['42501', 'engine.denied'],
    ['3D000', 'engine.database-missing'],
    ['57P03', 'engine.unreachable'],
    ['53300', 'engine.unreachable'],
    ['08006', 'engine.unreachable'],
    ['ECONNREFUSED', 'engine.unreachable'],
    ['CONNECTION_CLOSED', 'engine.unreachable'],
    ['22P02', 'engine.capture-failed'],
  ])('with the code %s becomes %s', (code, expected) => {
    expect(translate(withCode(code)).code).toBe(expected);
  });

  it('keeps its code through the list of tried addresses', () => {
    expect(translate(new AggregateError([withCode('ECONNREFUSED')])).code).toBe('engine.unreachable');
  });

  it.each([
    ['pg_dump: error: connection to server at "h", port 1 failed: FATAL:  password authentication failed for user "u"', 'engine.denied'],
    ['pg_dump: error: query failed: ERROR:  permission denied for table items', 'engine.denied'],
    ['pg_dump: error: query would be affected by row-level security policy for table "orders"', 'engine.denied'],
    ['pg_dump: error: connection to server at "h" failed: FATAL:  database "shop" does not exist', 'engine.database-missing'],
    ['pg_dump: error: connection to server at "h", port 1 failed: Connection refused', 'engine.unreachable'],
    ['pg_dump: error: query failed: server closed the connection unexpectedly', 'engine.unreachable'],
    ['pg_dump: error: query failed: ERROR:  relation "x" does not exist', 'engine.capture-failed'],
  ])('said by a tool as %j becomes %s', (stderr, expected) => {
    expect(translate(said(stderr)).code).toBe(expected);
  });

  it('quotes the line of the error, and neither rows nor the password', () => {
    const failure = said(
      'pg_restore: while PROCESSING TOC:\npg_restore: error: COPY failed for table "t" odd secret\nDETAIL:  Key (email)=(somebody@example.org)\nCONTEXT:  COPY t, line 1\n',
    );
    const { message } = translate(failure);
    expect(message).toContain('COPY failed for table "t" [secret]');
    expect(message).not.toContain('somebody');
  });

  it('quotes why a parallel job of the tool ended, not that it did', () => {
    const failure = said(
      'pg_restore: error: could not execute query: ERROR:  could not extend file\npg_restore: finished item\npg_restore: error: a worker process died unexpectedly\n',
    );
    expect(translate(failure).message).toContain('could not extend file');
    expect(translate(said('pg_restore: error: a worker process died unexpectedly\n')).message).toContain('died unexpectedly');
  });

  it('passes when it is an error of the catalogue already', () => {
    const error = new CbcrError('engine.tool-missing', { tool: 'pg_dump' });
    expect(translate(error)).toBe(error);
  });

  it('says which tool is missing', () => {
    expect(translate(new ChildFailure('pg_dump', 'could not be started', '', 'ENOENT')).code).toBe('engine.tool-missing');
  });
});
