import { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { regionNamed } from '../../../test/sample-point.ts';
import { translateFileError } from './translate-file-error.ts';

const at = { region: regionNamed('disk'), operation: 'put' } as const;

test.each([
  ['ENOSPC', 'store.full'],
  ['EDQUOT', 'store.full'],
  ['EACCES', 'store.denied'],
  ['EROFS', 'store.denied'],
  ['EIO', 'store.unreachable'],
  ['ESTALE', 'store.unreachable'],
  ['ENOTCONN', 'store.unreachable'],
  ['EMFILE', 'store.failed'],
  ['EXDEV', 'store.failed'],
])('%s becomes %s', (code, expected) => {
  const error = Object.assign(new Error(`${code}: planted`), { code });
  expect(translateFileError(error, at)).toMatchObject({ code: expected, cause: error });
});

test('an error of the catalogue stays what it is', () => {
  const error = new CbcrError('store.full', { region: at.region });
  expect(translateFileError(error, at)).toBe(error);
});
