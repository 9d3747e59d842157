/**
 * What changed between two texts, line by line, for people to read: `- old`, `+ new`. Secrets are hidden.
 */
import { redact } from './kit/errors.ts'

/** Of a longer change the rest is counted. */
const LINES_MAX = 200
/** Beyond this many lines the table would be too large; differences are then looked for nearby. */
const COMPARED_MAX = 2_000
const NEARBY_MAX = 200

export function lineDiff(before: string, after: string): string[] {
  const [old, next] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < next.length && old[start] === next[start]) start++
  let [oldEnd, nextEnd] = [old.length, next.length]
  while (oldEnd > start && nextEnd > start && old[oldEnd - 1] === next[nextEnd - 1]) {
    oldEnd--
    nextEnd--
  }
  const lines = changed(old.slice(start, oldEnd), next.slice(start, nextEnd)).map(hidden)
  const rest = lines.length - LINES_MAX
  return rest > 0 ? [...lines.slice(0, LINES_MAX), `… ${rest}`] : lines
}

/** Lines of one text that stand in the other too, in order: pairs of places. By the longest common subsequence. */
export function commonLines(old: readonly string[], next: readonly string[]): [old: number, next: number][] {
  if (old.length > COMPARED_MAX || next.length > COMPARED_MAX) return commonNearby(old, next)
  const width = next.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = next.length - 1; j >= 0; j--) {
      const [down, right] = [common[(i + 1) * width + j]!, common[i * width + j + 1]!]
      common[i * width + j] =
        old[i] === next[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(down, right)
    }
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < old.length && j < next.length; ) {
    if (old[i] === next[j]) pairs.push([i++, j++])
    else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) i++
    else j++
  }
  return pairs
}

/** Of long texts: in step, and after a difference the nearest place at which both are in step again. */
function commonNearby(old: readonly string[], next: readonly string[]): [number, number][] {
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < old.length && j < next.length; ) {
    if (old[i] === next[j]) pairs.push([i++, j++])
    else {
      const [oldSkip, nextSkip] = nearestStep(old, next, i, j)
      i += oldSkip
      j += nextSkip
    }
  }
  return pairs
}

function nearestStep(
  old: readonly string[],
  next: readonly string[],
  i: number,
  j: number,
): [number, number] {
  for (let distance = 1; distance <= NEARBY_MAX; distance++) {
    for (let skip = 0; skip <= distance; skip++) {
      const line = old[i + skip]
      if (line !== undefined && line.trim() !== '' && line === next[j + distance - skip])
        return [skip, distance - skip]
    }
  }
  return [NEARBY_MAX, NEARBY_MAX]
}

function changed(old: readonly string[], next: readonly string[]): string[] {
  const lines: string[] = []
  let [i, j] = [0, 0]
  for (const [oldAt, nextAt] of [...commonLines(old, next), [old.length, next.length] as const]) {
    while (i < oldAt) lines.push(`- ${old[i++]}`)
    while (j < nextAt) lines.push(`+ ${next[j++]}`)
    ;[i, j] = [oldAt + 1, nextAt + 1]
  }
  return lines
}

function hidden(line: string): string {
  return redact(line).replace(
    /((?:password|passphrase|secret|token)\w*["']?\s*:\s*)(?!\{|\$\{)\S.*/i,
    '$1***',
  )
}
