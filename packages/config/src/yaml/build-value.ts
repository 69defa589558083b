import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml';
import { formatPath, type Path } from '../problem.ts';
import { maxDepth, maxValues, type Position, type YamlFault } from './yaml-document.ts';

/** Where an entry's key and value stand. */
export interface Place {
  key: Position;
  value: Position;
}

interface Building {
  /** What each alias stands for. */
  targets: ReadonlyMap<Alias, Node | undefined>;
  positionAt(offset: number): Position;
  faults: YamlFault[];
  places: Map<string, Place>;
  /** Nodes on the way from the top to here: an alias to one of them never ends. */
  open: Set<unknown>;
  valuesLeft: number;
}

/** A value map that a key like `__proto__` cannot poison. */
type Entries = Record<string, unknown>;

/** Plain values from nodes. Follows aliases and merge keys under a budget, and notes the place of every entry in `places`. */
export function buildValue(
  document: Document.Parsed,
  positionAt: (offset: number) => Position,
): { value: unknown; faults: YamlFault[]; places: Map<string, Place> } {
  const building: Building = {
    targets: findTargets(document),
    positionAt,
    faults: [],
    places: new Map(),
    open: new Set(),
    valuesLeft: maxValues,
  };
  const value = build(document.contents, [], { line: 1, column: 1 }, building);
  return { value, faults: building.faults, places: building.places };
}

function build(node: unknown, path: Path, fallback: Position, building: Building): unknown {
  const position = positionOf(node, building) ?? fallback;
  if (path.length > maxDepth) return refuse('the nesting is too deep', path, position, building);
  building.valuesLeft -= 1;
  if (building.valuesLeft < 0) {
    return building.valuesLeft === -1 ? refuse('aliases make this document too large', path, position, building) : undefined;
  }
  if (isScalar(node)) return node.value;
  if (isAlias(node)) return follow(node, path, position, building);
  if (!isMap(node) && !isSeq(node)) return null;
  if (building.open.has(node)) return refuse('this alias contains itself', path, position, building);

  building.open.add(node);
  const value = isMap(node)
    ? buildMap(node, path, position, building)
    : node.items.map((item, index) => {
        const itemPath = [...path, index];
        const itemPosition = positionOf(item, building) ?? position;
        building.places.set(formatPath(itemPath), { key: itemPosition, value: itemPosition });
        return build(item, itemPath, itemPosition, building);
      });
  building.open.delete(node);
  return value;
}

/** One pass over the document; asking each alias for its target would be one pass per alias. The nearest anchor above an alias is meant. */
function findTargets(document: Document.Parsed): Map<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function follow(alias: Alias, path: Path, position: Position, building: Building): unknown {
  const target = building.targets.get(alias);
  if (!target) return refuse(`the anchor ${alias.source} is not defined above`, path, position, building);
  return build(target, path, position, building);
}

function buildMap(map: YAMLMap, path: Path, position: Position, building: Building): Entries {
  const merged: Entries = {};
  const own: Entries = {};
  for (const pair of map.items) {
    const key = keyOf(pair);
    const keyPosition = positionOf(pair.key, building) ?? position;
    const entryPath = [...path, key];
    if (key === '<<') {
      for (const source of mergeSources(pair.value, [...path, key], keyPosition, building)) {
        for (const name of Object.keys(source)) placeMerged([...path, name], keyPosition, building);
        Object.assign(merged, { ...source, ...merged });
      }
    } else if (key === '__proto__') {
      refuse('this name cannot be used', entryPath, keyPosition, building);
    } else if (Object.hasOwn(own, key)) {
      const first = building.places.get(formatPath(entryPath))?.key.line;
      refuse(`${key} is given twice, first in line ${first}`, entryPath, keyPosition, building);
    } else {
      const valuePosition = positionOf(pair.value, building) ?? keyPosition;
      building.places.set(formatPath(entryPath), { key: keyPosition, value: valuePosition });
      own[key] = build(pair.value, entryPath, valuePosition, building);
    }
  }
  return { ...merged, ...own };
}

/** A merged entry stands where it is merged, unless the map gives the entry itself. */
function placeMerged(path: Path, position: Position, { places }: Building): void {
  const name = formatPath(path);
  if (!places.has(name)) places.set(name, { key: position, value: position });
}

/** The maps behind `<<`; an earlier one wins. */
function mergeSources(node: unknown, path: Path, position: Position, building: Building): Entries[] {
  const value = build(node, path, position, building);
  const sources = Array.isArray(value) ? value : [value];
  const isEntries = (source: unknown): source is Entries => typeof source === 'object' && source !== null && !Array.isArray(source);
  if (sources.every(isEntries)) return sources;
  refuse('<< takes a map, or a list of maps', path, position, building);
  return sources.filter(isEntries);
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function positionOf(node: unknown, { positionAt }: Building): Position | undefined {
  const start = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
  return start === undefined ? undefined : positionAt(start);
}

function refuse(message: string, path: Path, position: Position, { faults }: Building): undefined {
  faults.push({ path, position, message });
  return undefined;
}
