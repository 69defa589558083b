# syntax=docker/dockerfile:1.20
# One image for the scheduler, the workers and the CLI; the command chooses. Built from the same lock file as a checkout.
ARG NODE_IMAGE=node:24.21.0-trixie-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
# The version of package.json's packageManager field; a test keeps the two equal.
RUN npm install --global pnpm@10.34.8
# Only the lock file and the settings: this layer is rebuilt when a dependency changes, not when source does.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch --prod
COPY package.json ./
COPY apps/ apps/
COPY packages/ packages/
RUN pnpm install --prod --offline --frozen-lockfile \
    --filter "@cbcr/scheduler..." --filter "@cbcr/worker..." --filter "@cbcr/cli..." \
 && find apps packages -name "*.test.ts" -delete

FROM ${NODE_IMAGE} AS runtime
# pg_dump must be at least as new as the newest server that is backed up.
ARG POSTGRES_CLIENT=postgresql-client-17
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates "${POSTGRES_CLIENT}" \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=node --group=node --mode=0700 /var/lib/cbcr
WORKDIR /app
COPY --from=dependencies /app ./
# zstd and file I/O run on libuv's pool, whose size is read once at start. With a small young generation the buffers of chunks, which count as
# young objects, are let go of sooner: a worker's memory is smaller by about a third of what its runs hold.
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16 NODE_OPTIONS=--max-semi-space-size=4 CBCR_HOST=0.0.0.0 CBCR_SCRATCH=/var/lib/cbcr
USER node
ENTRYPOINT ["node"]
CMD ["apps/scheduler/src/main.ts"]
