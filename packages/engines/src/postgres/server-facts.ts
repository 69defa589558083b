import type { Session } from './session.ts';

export interface ServerFacts {
  /** `15.18` */
  version: string;
  major: number;
  encoding: string;
  collation: string;
  user: string;
  superuser: boolean;
}

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  const [row] = await session.query<{
    version: string;
    number: string;
    encoding: string;
    collation: string;
    user: string;
    superuser: boolean;
  }>(`
    select current_setting('server_version') as version, current_setting('server_version_num') as number,
           pg_encoding_to_char(d.encoding)::text as encoding, d.datcollate::text as collation,
           current_user::text as "user", r.rolsuper as superuser
      from pg_database d, pg_roles r
     where d.datname = current_database() and r.rolname = current_user`);
  if (!row) throw new Error('the server does not know its own database');
  return {
    version: row.version.split(' ')[0] ?? row.version,
    major: Math.floor(Number(row.number) / 10_000),
    encoding: row.encoding,
    collation: row.collation,
    user: row.user,
    superuser: row.superuser,
  };
}
