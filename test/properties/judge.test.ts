/**
 * Whatever stands, passes and is imagined on a street: an event begins before it ends, is told once, and no two that
 * exclude each other overlap at one place. Seeded: the failing case prints its seed and strip; set JUDGE_SEED to repeat it.
 */
import { expect, test } from 'vitest'
import type { Role } from '../../gateway/detections/detections.ts'
import type { Track } from '../../gateway/tracks/track.ts'
import type { Act } from '../../gateway/violations/event.ts'
import { PermittedPoint } from '../../gateway/violations/permit.ts'
import { silencing, TRADES as TRADE_RULES } from '../../gateway/violations/rules/index.ts'
import { AT, KERB, makeJudge, trackOf, walk, wellSeen, withRules } from '../rules/street.ts'

const ROUNDS = 24
const LENGTH = 70
const SEED = Number(process.env['JUDGE_SEED'] ?? 20_260_101)
const LETTERS = '.gvxpqbBcC?'
const NAMES: readonly Role[] = ['person', 'vehicle', 'two-wheeler', 'carrier', 'goods', 'grill', 'scrap']

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function stripFrom(random: (below: number) => number): string {
  let strip = '..'
  while (strip.length < LENGTH) strip += LETTERS[random(LETTERS.length)]!.repeat(1 + random(20))
  return strip
}

const ROAD = withRules(
  {
    ...{ 'street-vending': 6, 'road-occupation': 6, barbecue: 6, 'scrap-buying': 6 },
    ...{ 'permit-overtime': 6, 'permit-overreach': 6 },
    ...{ 'beyond-shopfront': 8, piling: 8, 'bicycle-occupation': 8, 'vehicle-occupation': 8 },
  },
  { ...KERB, type: 'SIDEWALK' },
)
/** Whoever trades at a place has its goods; a bicycle may leave while he comes. */
const TRADES = new Set<string>(TRADE_RULES)
/** A permitted point whose hours come and go, and which the stall fills more or less. */
const MARKET = PermittedPoint.parse({ id: 'market', zoneIds: ['kerb'], capacity: 1 })
const HOURS_MS = 17_000
const LINE = [
  [0, 0.3],
  [1, 0.3],
] as const

for (let round = 0; round < ROUNDS; round++) {
  const seed = SEED + round
  test(`[R8, R38] judge: any street, seed ${seed}`, () => {
    const random = randomFrom(seed)
    const strip = stripFrom(random)
    const liar = NAMES[random(NAMES.length)]!
    const seen = (character: string, second: number): Track[] | null => {
      if (random(10) === 0) return null
      const told = random(3) === 0 ? [] : wellSeen(character, second)
      return random(2) === 0 ? told : [...told, trackOf(99, liar, AT.goods, second)]
    }
    // A shop takes everything before it: without its line the other rules have their say.
    const isOpen = (wallMs: number) => round % 2 === 0 && Math.floor(wallMs / HOURS_MS) % 2 === 1
    const inside = random(4) > 0
    const overShare = random(11) / 10
    const permit = (_foot: unknown, _feet: unknown, wallMs: number) => ({
      sight: round % 2 === 0 ? { permit: MARKET, inside, inWindow: isOpen(wallMs), overShare } : null,
      nearestPointId: null,
    })
    const judge = makeJudge(
      [round % 3 === 0 ? { ...ROAD, shopfrontLine: LINE } : ROAD],
      (wallMs, ruleId) => inside && isOpen(wallMs) && silencing(ruleId).length > 0,
      { permit },
    )
    const changes = [...walk(judge, strip, 0, seen), ...judge.finish(1000 * strip.length)]

    const acts = new Map<string, Act[]>()
    for (const { kind, act } of changes) {
      const before = acts.get(act.actKey) ?? []
      expect(before.at(-1)?.endMs ?? null, `${strip}: nothing is told of what is over`).toBeNull()
      if (kind === 'confirmed') expect(before.every((one) => one.confirmedMs === null)).toBe(true)
      acts.set(act.actKey, [...before, act])
    }
    const events = [...acts.values()].map((told) => told.at(-1)!).filter((act) => act.confirmedMs !== null)
    for (const { startMs, confirmedMs, endMs } of events) {
      expect(startMs, strip).toBeLessThanOrEqual(confirmedMs!)
      if (endMs !== null) expect(startMs, strip).toBeLessThanOrEqual(endMs)
    }
    for (const [index, one] of events.entries()) {
      for (const other of events.slice(index + 1)) {
        const apart = (one.endMs ?? Infinity) <= other.startMs || (other.endMs ?? Infinity) <= one.startMs
        const trades = [one, other].filter(({ ruleId }) => TRADES.has(ruleId)).length
        const piles = [one, other].filter(({ ruleId }) => ruleId === 'piling').length
        const exclusive = one.ruleId === other.ruleId || trades + piles === 2
        if (exclusive) expect(apart, `${strip}: ${one.actKey} and ${other.actKey}`).toBe(true)
      }
    }
  })
}
