/** The variables of the machine that server programs are looked up in (PATH, CBCR_VERSITYGW) and started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/** What every child gets: no variable of the caller's that could change a server's behaviour or leak a secret into it. */
export function childEnvironment(environment: Environment, own: Record<string, string> = {}): Record<string, string> {
  const passed = inherited.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...own };
}
