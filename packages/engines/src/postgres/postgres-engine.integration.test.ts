import type {} from '@cbcr/testkit/vitest-servers';
import { inject } from 'vitest';
import { describeEngine } from '../contract/describe-engine.ts';
import { createPostgresFixture } from './contract/postgres-fixture.ts';

describeEngine('postgres', () => createPostgresFixture(inject('postgresAdminUrl'), inject('serverEnvironment')));
