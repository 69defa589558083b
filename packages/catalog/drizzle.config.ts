import { defineConfig } from 'drizzle-kit';

/** `drizzle-kit generate --name <name>` writes the next migration; `--custom --name <name>` an empty one for SQL by hand. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema/*.ts',
  out: './migrations',
});
