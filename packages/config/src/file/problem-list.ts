import { formatPath, type Path, type Problem } from '../problem.ts';
import type { Position, YamlDocument, YamlFault } from '../yaml/yaml-document.ts';

/** Collects problems with their places. The first problem of a path speaks for it; what follows from it is left out. */
export class ProblemList {
  readonly #file: string;
  readonly #document: YamlDocument;
  readonly #problems: Problem[] = [];

  constructor(file: string, document: YamlDocument) {
    this.#file = file;
    this.#document = document;
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** A problem of the value at `path`. */
  add(path: Path, message: string, hint?: string): void {
    this.#append(path, this.#document.locate(path), message, hint);
  }

  /** Several problems of one value, which do not follow from each other. */
  addAll(path: Path, several: readonly { message: string; hint: string | undefined }[]): void {
    if (this.has(path)) return;
    for (const { message, hint } of several) this.#push(path, this.#document.locate(path), message, hint);
  }

  /** A problem of the key itself: a name. */
  addToKey(path: Path, message: string, hint?: string): void {
    this.#append(path, this.#document.locateKey(path), message, hint);
  }

  /** A fault of the text, which brings its place with it. */
  addFault({ path, position, message, hint }: YamlFault): void {
    this.#push(path, position, message, hint);
  }

  has(path: Path): boolean {
    const name = formatPath(path);
    return this.#problems.some((problem) => problem.path === name);
  }

  /** Whether the value at `path`, or anything in it, has a problem. */
  hasBelow(path: Path): boolean {
    const name = formatPath(path);
    return this.#problems.some((problem) => problem.path.startsWith(name));
  }

  list(): Problem[] {
    return [...this.#problems];
  }

  #append(path: Path, position: Position, message: string, hint: string | undefined): void {
    if (!this.has(path)) this.#push(path, position, message, hint);
  }

  #push(path: Path, { line, column }: Position, message: string, hint: string | undefined): void {
    this.#problems.push({ file: this.#file, path: formatPath(path), line, column, message, ...(hint === undefined ? {} : { hint }) });
  }
}
