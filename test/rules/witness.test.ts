/** What a detector says is held against the pixels. Each row: tracks at the goods, what moves, what comes of it. */
import { expect, test } from 'vitest'
import type { Role } from '../../gateway/detections/detections.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import type { Track } from '../../gateway/tracks/track.ts'
import { emptyWitness, type SpotGround, testify } from '../../gateway/violations/witness.ts'

const GOODS: Box = [0.4, 0.4, 0.6, 0.6]
const BESIDE: Box = [0.3, 0.3, 0.39, 0.6]
const TALL: Box = [0.4, 0.1, 0.6, 0.9]
const HALF: Box = [0.4, 0.4, 0.5, 0.6]

type Seen = [role: Role, box: Box, movingPixels: number, confidence?: number, witness?: 'namer']
const CASES: [what: string, seen: Seen[], attended: boolean, explainedBy: string | null][] = [
  ['nobody', [], false, null],
  ['a person beside who moves', [['person', BESIDE, 30]], true, null],
  ['a "person" in whom nothing moves', [['person', BESIDE, 0]], false, null],
  ['a "person" in whom nothing moves, made of the goods', [['person', GOODS, 0]], false, null],
  ['a person who stands alone and sways', [['person', TALL, 30]], true, 'person'],
  ['people in a queue, named as one', [['person', GOODS, 30]], true, 'person'],
  [
    'a "person" that the model itself doubts: a stall and its vendor',
    [['person', GOODS, 30, 0.46]],
    true,
    null,
  ],
  ['a bicycle that the model itself doubts', [['two-wheeler', GOODS, 0, 0.45]], false, null],
  [
    'a bicycle that the other witness takes for somebody in whom nothing moves',
    [
      ['two-wheeler', GOODS, 0, 0.6, 'namer'],
      ['person', GOODS, 0, 0.5],
    ],
    false,
    'two-wheeler',
  ],
  [
    'the same from one witness, who is in two minds',
    [
      ['two-wheeler', GOODS, 0, 0.6],
      ['person', GOODS, 0, 0.5],
    ],
    false,
    null,
  ],
  [
    'a bicycle beside a name that is hardly one',
    [
      ['two-wheeler', GOODS, 0, 0.9],
      ['person', GOODS, 0, 0.5],
    ],
    false,
    'two-wheeler',
  ],
  ['a bicycle that is all of it', [['two-wheeler', GOODS, 0]], false, 'two-wheeler'],
  ['a bicycle that is half of it', [['two-wheeler', HALF, 0]], false, null],
  [
    'two bicycles',
    [
      ['two-wheeler', HALF, 0],
      ['two-wheeler', [0.5, 0.4, 0.6, 0.6], 0],
    ],
    false,
    'two-wheeler',
  ],
  [
    'a thing with two names',
    [
      ['two-wheeler', GOODS, 0],
      ['vehicle', GOODS, 0],
    ],
    false,
    null,
  ],
]

for (const [what, seen, attended, explainedBy] of CASES) {
  test(`witness: ${what}`, () => {
    const witness = emptyWitness()
    const ground: SpotGround = {
      inside: (boxes) => shareInside(boxes),
      fill: (box) => shareInside([box]),
      portion: () => ({ pixels: 0, seen: 0, sinceMs: 0, box: null }),
      feet: () => [],
      moving: (box) => seen.find(([, at]) => at === box)?.[2] ?? 0,
    }
    let stands = false
    for (let look = 1; look <= 10; look++) {
      const tracks = seen.map(trackOf(1000 * look))
      stands = testify(
        witness,
        ground,
        GOODS,
        null,
        { tracks, searched: true, bodies: [], attended: false },
        1000 * look,
      )
    }
    expect([stands, witness.explainedBy]).toEqual([attended, explainedBy])
  })
}

const trackOf =
  (nowMs: number) =>
  ([role, box, , confidence = 0.8, witness]: Seen, trackId: number): Track => ({
    ...{ trackId, role, box, class: role, classShare: 1, confidence, hits: 10, looks: 10 },
    ...(witness === undefined ? {} : { witness }),
    ...{ firstSeenMs: 0, lastSeenMs: nowMs, stationarySinceMs: 0 },
  })

/** The goods fill their box evenly: shares are shares of its width. */
function shareInside(boxes: readonly Box[]): number {
  return boxes.reduce((sum, [x1, , x2]) => sum + Math.max(0, Math.min(x2, 0.6) - Math.max(x1, 0.4)) / 0.2, 0)
}

/** Whom a namer calls a person in the place of the goods: with life in him, he is one, and the goods are his coat. */
const BODIES: [what: string, body: Box, moving: number, life: Box | null, explainedBy: string | null][] = [
  ['an upright suitcase', [0.45, 0.2, 0.55, 0.6], 0, null, null],
  ['somebody who moves', [0.45, 0.2, 0.55, 0.6], 30, null, 'person'],
  ['somebody who moved a moment ago', [0.45, 0.2, 0.55, 0.6], 0, [0.46, 0.2, 0.54, 0.5], 'person'],
  ['a suitcase by somebody who moved', [0.45, 0.2, 0.55, 0.6], 0, [0.3, 0.2, 0.4, 0.6], null],
  ['a stall and its vendor', [0.3, 0.4, 0.7, 0.6], 30, null, null],
]
for (const [what, body, moving, life, explainedBy] of BODIES) {
  test(`witness: the namer says person: ${what}`, () => {
    const witness = emptyWitness()
    const ground: SpotGround = {
      inside: (boxes) => (boxes.includes(body) ? 1 : 0),
      fill: () => 0,
      portion: () => ({ pixels: 0, seen: 0, sinceMs: 0, box: null }),
      feet: () => [],
      moving: () => moving,
    }
    for (let look = 1; look <= 10; look++) {
      const bodies = [trackOf(1000 * look)(['person', body, moving, 0.8, 'namer'], 1)]
      const said = { tracks: [], bodies, searched: false, attended: life !== null }
      testify(witness, ground, [0.46, 0.3, 0.54, 0.6], life, said, 1000 * look)
    }
    expect([witness.explainedBy, witness.personLooks]).toEqual([explainedBy, 0])
  })
}
