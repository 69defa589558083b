import { describeEngine } from '../contract/describe-engine.ts';
import { createFilesFixture } from './test-data/files-fixture.ts';

describeEngine('files', createFilesFixture);
