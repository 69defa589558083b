import { expect, test } from 'vitest';
import { splitSchema } from './schema-entries.ts';

const dump = (key: string, entries: string[]) =>
  [
    '--\n-- PostgreSQL database dump\n--\n',
    `\\restrict ${key}\n`,
    '-- Dumped from database version 17.2\n-- Dumped by pg_dump version 17.2\n',
    'SET statement_timeout = 0;\n',
    ...entries,
    '--\n-- PostgreSQL database dump complete\n--\n',
    `\\unrestrict ${key}\n`,
  ].join('\n');
const table =
  '--\n-- Name: a; Type: TABLE; Schema: shop; Owner: -\n--\n\nSET default_tablespace = x;\n\nCREATE TABLE shop.a (\n    id integer\n);\n\n';
const fn = '--\n-- Name: f(); Type: FUNCTION; Schema: shop; Owner: -\n--\n\nCREATE FUNCTION shop.f() AS $$\n\n-- why\nselect 1 $$;\n\n';

test('the order of objects, the versions and the random key do not matter', () => {
  expect(splitSchema(dump('abc', [table, fn]))).toEqual(splitSchema(dump('xyz', [fn, table])));
});

test('statements are kept as they are, blank lines and comments in functions included', () => {
  expect(splitSchema(dump('abc', [table, fn]))).toEqual({
    'FUNCTION shop.f()': 'CREATE FUNCTION shop.f() AS $$\n\n-- why\nselect 1 $$;',
    'TABLE shop.a': 'CREATE TABLE shop.a (\n    id integer\n);',
  });
});
