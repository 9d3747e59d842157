/**
 * A strip of characters as a street, one character a second, seen by the real judge:
 *
 *     .  nothing            g  goods alone                 x  goods behind a crowd
 *     p  somebody alone     v  goods, somebody alive by them
 *     ?  no picture         q  goods, somebody who does not move
 *     b  a bicycle alone    B  a bicycle, somebody alive by it
 *     c  goods and bicycle  C  goods, bicycle, somebody alive by them
 */

import type { Role } from '../../gateway/detections/detections.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import {
  PLANE_HEIGHT,
  PLANE_PIXELS,
  PLANE_WIDTH,
  type Region,
  type Standing,
} from '../../gateway/occupancy/standing.ts'
import type { Track } from '../../gateway/tracks/track.ts'
import type { ActChange, RuleId } from '../../gateway/violations/event.ts'
import {
  Judge,
  type JudgedZone,
  JudgeOptions,
  type JudgeParts,
  type Sight,
} from '../../gateway/violations/judge.ts'
import type { Terms } from '../../gateway/violations/rules/rule.ts'

type Rect = readonly [left: number, top: number, right: number, bottom: number]
const GOODS: Rect = [140, 100, 180, 120]
const BICYCLE: Rect = [95, 90, 135, 122]
const PERSON: Rect = [184, 70, 200, 120]
const RIDER: Rect = [139, 70, 155, 120]
/** Where things stand, fractions of the picture. */
export const AT = { goods: boxOf(GOODS), bicycle: boxOf(BICYCLE), person: boxOf(PERSON), rider: boxOf(RIDER) }

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

export const withRules = (
  dwellSec: Partial<Record<RuleId, number>>,
  zone = KERB,
  terms: Partial<Terms> = {},
): JudgedZone => ({
  ...zone,
  rules: Object.entries(dwellSec).map(([rule, minDwellSec]) => ({
    ...{ rule: rule as RuleId, minDwellSec },
    ...terms,
  })),
})

export function makeJudge(
  zones: readonly JudgedZone[],
  permitted: (wallMs: number, ruleId: RuleId) => boolean = () => false,
  more: Partial<JudgeParts> = {},
): Judge {
  return new Judge({
    cameraId: 'cam-1',
    zones,
    silenced: (_zone, _foot, wallMs, ruleId) => (permitted(wallMs, ruleId) ? 'permit' : null),
    options: JudgeOptions.parse({}),
    ...more,
  })
}

type Seen = Sight['tracks'] | ((character: string, second: number) => Sight['tracks'])
type Told = ActChange & { atSec: number }

/** Feeds a strip from `fromSec` on; gives every change. */
export function walk(judge: Pick<Judge, 'judge'>, strip: string, fromSec = 0, tracks: Seen = null): Told[] {
  const changes: Told[] = []
  let goodsSinceSec: number | null = null
  let bicycleSinceSec: number | null = null
  for (const [index, character] of [...strip].entries()) {
    const second = fromSec + index
    if (character === '?') continue
    goodsSinceSec = WITH_GOODS.includes(character) ? (goodsSinceSec ?? second) : null
    bicycleSinceSec = WITH_BICYCLE.includes(character) ? (bicycleSinceSec ?? second) : null
    const timeMs = 1000 * second
    const sinceMs = [goodsSinceSec, bicycleSinceSec].map((since) => 1000 * (since ?? second))
    const standing = standingOf(character, timeMs, sinceMs[0]!, sinceMs[1])
    const seen = typeof tracks === 'function' ? tracks(character, second) : tracks
    const told = judge.judge({ timeMs, wallMs: timeMs, standing, tracks: seen, searched: seen !== null })
    changes.push(...told.map((change) => ({ ...change, atSec: second })))
  }
  return changes
}

/** A track of something that has stood in its place for long. */
export function trackOf(
  trackId: number,
  role: Role,
  box: Box,
  second: number,
  parts: Partial<Track> = {},
): Track {
  const timeMs = 1000 * second
  return {
    ...{ trackId, role, box, class: role, classShare: 1, confidence: 0.8, hits: 10, looks: 10 },
    ...{ firstSeenMs: 0, lastSeenMs: timeMs, stationarySinceMs: 0 },
    ...parts,
  }
}

/** What a good detector would say of each letter. */
export function wellSeen(character: string, second: number): Track[] {
  return [
    ...(WITH_BICYCLE.includes(character) ? [trackOf(1, 'two-wheeler', AT.bicycle, second)] : []),
    ...('pvC'.includes(character) ? [trackOf(2, 'person', AT.person, second)] : []),
    ...(character === 'B' ? [trackOf(3, 'person', AT.rider, second)] : []),
  ]
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

const WITH_GOODS = 'gvqxcC'
const WITH_BICYCLE = 'bBcC'

export function standingOf(
  character: string,
  timeMs: number,
  goodsSinceMs: number,
  bicycleSinceMs = goodsSinceMs,
): Standing {
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
    lit: new Uint8Array(PLANE_PIXELS),
    sinceMs: new Float64Array(PLANE_PIXELS),
  }
  const regions: Region[] = []
  if (WITH_GOODS.includes(character)) {
    // Six seconds pass before goods are believed; behind a crowd they are only remembered.
    const believed = timeMs - goodsSinceMs >= 6_000 && character !== 'x'
    regions.push(paint(standing, 1, GOODS, { goods: believed, hot: false, sinceMs: goodsSinceMs }))
  }
  if (WITH_BICYCLE.includes(character)) {
    const believed = timeMs - bicycleSinceMs >= 6_000
    regions.push(paint(standing, 3, BICYCLE, { goods: believed, hot: false, sinceMs: bicycleSinceMs }))
  }
  if ('pvqBC'.includes(character)) {
    const place = character === 'B' ? RIDER : PERSON
    regions.push(paint(standing, 2, place, { goods: false, hot: character !== 'q', sinceMs: timeMs }))
  }
  return { ...standing, regions }
}

function boxOf([left, top, right, bottom]: Rect): Box {
  return [left / PLANE_WIDTH, top / PLANE_HEIGHT, right / PLANE_WIDTH, bottom / PLANE_HEIGHT]
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
    box: boxOf([left, top, right, bottom]),
    foot: [(left + right) / 2 / PLANE_WIDTH, bottom / PLANE_HEIGHT],
    stableShare: hot ? 0.5 : 1,
    hotPixels: hot ? pixels : 0,
    goodsPixels: goods ? pixels : 0,
  }
}
