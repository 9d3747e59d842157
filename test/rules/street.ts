/**
 * A strip of characters as a street, one character a second, seen by the real judge:
 *
 *     .  nothing            g  goods alone                 x  goods behind a crowd
 *     p  somebody alone     v  goods, somebody alive by them
 *     ?  no picture         q  goods, somebody who does not move
 */
import {
  PLANE_HEIGHT,
  PLANE_PIXELS,
  PLANE_WIDTH,
  type Region,
  type Standing,
} from '../../gateway/occupancy/standing.ts'
import type { ActChange, RuleId } from '../../gateway/violations/event.ts'
import { Judge, type JudgedZone, JudgeOptions, type Sight } from '../../gateway/violations/judge.ts'

type Rect = readonly [left: number, top: number, right: number, bottom: number]
const GOODS: Rect = [140, 100, 180, 120]
const PERSON: Rect = [184, 70, 200, 120]

export const KERB: JudgedZone = {
  id: 'kerb',
  type: 'NO_VENDING',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  rules: [],
}

export const withRules = (dwellSec: Partial<Record<RuleId, number>>, zone = KERB): JudgedZone => ({
  ...zone,
  rules: Object.entries(dwellSec).map(([rule, minDwellSec]) => ({ rule: rule as RuleId, minDwellSec })),
})

export function makeJudge(
  zones: readonly JudgedZone[],
  permitted: (wallMs: number) => boolean = () => false,
): Judge {
  return new Judge({
    cameraId: 'cam-1',
    zones,
    permitted: (_zone, _foot, wallMs) => permitted(wallMs),
    options: JudgeOptions.parse({}),
  })
}

/** Feeds a strip from `fromSec` on; gives every change. */
export function walk(
  judge: Judge,
  strip: string,
  fromSec = 0,
  tracks: Sight['tracks'] = null,
): (ActChange & { atSec: number })[] {
  const changes: (ActChange & { atSec: number })[] = []
  let goodsSinceSec: number | null = null
  for (const [index, character] of [...strip].entries()) {
    const second = fromSec + index
    if ('gvqx'.includes(character)) goodsSinceSec ??= second
    else if (character !== '?') goodsSinceSec = null
    if (character === '?') continue
    const timeMs = 1000 * second
    const standing = standingOf(character, timeMs, 1000 * (goodsSinceSec ?? second))
    const told = judge.judge({ timeMs, wallMs: timeMs, standing, tracks })
    changes.push(...told.map((change) => ({ ...change, atSec: second })))
  }
  return changes
}

/** `rule since–until` of every event, in seconds; until is `` while it goes on. */
export function events(changes: readonly ActChange[]): string[] {
  const last = new Map<string, string>()
  for (const { kind, act } of changes) {
    if (kind === 'candidate' || kind === 'dropped') continue
    const until = act.endMs === null ? '' : String(act.endMs / 1000)
    last.set(act.actKey, `${act.ruleId} ${act.startMs / 1000}–${until}`)
  }
  return [...last.values()]
}

export function standingOf(character: string, timeMs: number, goodsSinceMs: number): Standing {
  const standing: Standing = {
    timeMs,
    ready: true,
    unsettled: false,
    epoch: 0,
    regions: [],
    labels: new Uint8Array(PLANE_PIXELS),
    foreground: new Uint8Array(PLANE_PIXELS),
    held: new Uint8Array(PLANE_PIXELS),
    goods: new Uint8Array(PLANE_PIXELS),
    hot: new Uint8Array(PLANE_PIXELS),
    sinceMs: new Float64Array(PLANE_PIXELS),
  }
  const regions: Region[] = []
  if ('gvqx'.includes(character)) {
    // Six seconds pass before goods are believed; behind a crowd they are only remembered.
    const believed = timeMs - goodsSinceMs >= 6_000 && character !== 'x'
    regions.push(paint(standing, 1, GOODS, { goods: believed, hot: false, sinceMs: goodsSinceMs }))
  }
  if ('pvq'.includes(character)) {
    regions.push(paint(standing, 2, PERSON, { goods: false, hot: character !== 'q', sinceMs: timeMs }))
  }
  return { ...standing, regions }
}

function paint(
  standing: Standing,
  label: number,
  [left, top, right, bottom]: Rect,
  { goods, hot, sinceMs }: { goods: boolean; hot: boolean; sinceMs: number },
): Region {
  for (let row = top; row < bottom; row++) {
    for (let at = row * PLANE_WIDTH + left; at < row * PLANE_WIDTH + right; at++) {
      standing.labels[at] = label
      standing.foreground[at] = 1
      standing.held[at] = 1
      standing.goods[at] = goods ? 1 : 0
      standing.hot[at] = hot ? 1 : 0
      standing.sinceMs[at] = sinceMs
    }
  }
  const pixels = (right - left) * (bottom - top)
  return {
    label,
    pixels,
    box: [left / PLANE_WIDTH, top / PLANE_HEIGHT, right / PLANE_WIDTH, bottom / PLANE_HEIGHT],
    foot: [(left + right) / 2 / PLANE_WIDTH, bottom / PLANE_HEIGHT],
    stableShare: hot ? 0.5 : 1,
    hotPixels: hot ? pixels : 0,
    goodsPixels: goods ? pixels : 0,
  }
}
