export interface ProgressLine {
  /** Shows `text` as the state of the work now. */
  update(text: string): void;
  /** Leaves the last state standing and moves on. */
  end(): void;
}

const plainEveryMs = 1_000;
const clearLine = '\r\u001b[2K';

/** Redraws one line on a terminal. Elsewhere (a file, a CI log) writes plain lines, changed ones only and not more than one a second. */
export function startProgressLine(
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number } | null,
  monotonicMs: () => number,
): ProgressLine {
  if (stream === null) return { update: () => undefined, end: () => undefined };
  let shown = '';
  let latest = '';
  let shownAtMs = Number.NEGATIVE_INFINITY;
  const show = (text: string) => {
    shown = text;
    shownAtMs = monotonicMs();
    // A line that wraps cannot be redrawn.
    stream.write(stream.isTTY ? `${clearLine}${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
  };
  return {
    update(text) {
      latest = text;
      if (text === shown) return;
      if (stream.isTTY || monotonicMs() - shownAtMs >= plainEveryMs) show(text);
    },
    end() {
      if (latest !== shown) show(latest);
      if (stream.isTTY && shown !== '') stream.write('\n');
    },
  };
}

/** `[#######---------]  45 %`; a total that is not known gives no bar. */
export function renderBar(done: number, total: number | null, width = 16): string {
  if (total === null || total <= 0) return '';
  const share = Math.min(1, done / total);
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
