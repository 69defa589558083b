import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { formatPath, type Path } from '../problem.ts';
import { buildValue } from './build-value.ts';
import { maxDocumentBytes, maxFaults, type Position, type YamlDocument, type YamlFault } from './yaml-document.ts';

/**
 * Reads YAML 1.2 (core schema, string keys, merge keys, no custom tags) from any text whatever and never throws. Keeps the place of every key
 * and value. Duplicate keys, endless and exploding aliases, too deep nesting and too large documents are faults.
 */
export function readYaml(text: string): YamlDocument {
  if (Buffer.byteLength(text) > maxDocumentBytes) {
    return unreadable({ line: 1, column: 1 }, `the file is larger than ${maxDocumentBytes / 1024} KiB`);
  }
  const lineCounter = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'error' });
    const syntaxFaults = [...document.errors, ...document.warnings].slice(0, maxFaults).map((error) => describeFault(error, positionAt));
    if (syntaxFaults.length > 0) return { ...unreadable({ line: 1, column: 1 }, ''), faults: syntaxFaults };

    const { value, faults, places } = buildValue(document, positionAt);
    const placeOf = (path: Path) => {
      for (let length = path.length; length > 0; length--) {
        const place = places.get(formatPath(path.slice(0, length)));
        if (place) return place;
      }
      return undefined;
    };
    const start = { line: 1, column: 1 };
    return {
      value,
      faults: faults.slice(0, maxFaults),
      locate: (path) => placeOf(path)?.value ?? start,
      locateKey: (path) => placeOf(path)?.key ?? start,
    };
  } catch {
    // The parser itself gave up (nesting beyond the stack, for one); its message may quote the text.
    return unreadable({ line: 1, column: 1 }, 'the file cannot be read as YAML');
  }
}

function unreadable(position: Position, message: string): YamlDocument {
  return { value: undefined, faults: [{ path: [], position, message }], locate: () => position, locateKey: () => position };
}

/** These quote the text, which may hold a secret that was written in the wrong place. */
const quotingCodes: readonly string[] = ['UNEXPECTED_TOKEN', 'BAD_DIRECTIVE', 'BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED'];
const plainSentences: Partial<Record<YAMLError['code'], string>> = {
  TAG_RESOLVE_FAILED: 'tags such as !name are not used here',
  BAD_DQ_ESCAPE: 'the escape sequence is not known',
  MULTIPLE_DOCS: 'the file must be one document; a second one starts here',
  RESOURCE_EXHAUSTION: 'the nesting is too deep',
};

function describeFault(error: YAMLError, positionAt: (offset: number) => Position): YamlFault {
  const fallback = quotingCodes.includes(error.code) ? 'this text was not expected here' : error.message;
  return { path: [], position: positionAt(error.pos[0]), message: `not valid YAML: ${plainSentences[error.code] ?? fallback}` };
}
