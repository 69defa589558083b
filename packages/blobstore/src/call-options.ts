export interface CallOptions {
  signal?: AbortSignal | undefined;
}
