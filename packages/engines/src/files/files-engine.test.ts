import { describeEngine } from '../contract/describe-engine.ts';
import { createFilesFixture } from './contract/files-fixture.ts';

describeEngine('files', createFilesFixture);
