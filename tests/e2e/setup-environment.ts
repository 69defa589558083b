const { PATH, HOME, LANG, CBCR_VERSITYGW, CBCR_TEST_WITHOUT_S3 } = process.env;

/** What a user's shell gives to the CLI; nothing of CBCR itself comes from outside. */
export const userEnvironment = { PATH, HOME, LANG, CBCR_VERSITYGW };

/** `scripts/test --without-s3` says so. */
export const store = CBCR_TEST_WITHOUT_S3 === '1' ? 'fs' : 's3';

/** A package manager is told by the machine's environment which registry, proxy and certificates to use. */
export const packageManagerEnvironment = process.env;
