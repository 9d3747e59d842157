/**
 * Ways across the street that several stories share: walking in and out, driving a curve, serving at a stall.
 */
import type { Cast } from '../cast.ts'
import type { Gesture, Look } from '../person.ts'
import type { Step } from '../script.ts'

export interface Place {
  readonly x: number
  readonly z: number
}

/** Turned towards the road, towards the shops, along the street and back. */
export const ROAD: number = -Math.PI / 2
export const SHOPS: number = Math.PI / 2
export const ALONG = 0
export const BACK: number = Math.PI
const PACE = 1.2
const FAR_X = 11.6

/** Seconds of a walk in from the edge of the picture. */
function walkSec(cast: Cast, to: Place, pace = PACE): number {
  return (to.x - cast.edgeX) / pace
}

/** In from the camera's side, there at `atSec`. */
export function comes(cast: Cast, atSec: number, to: Place, gesture: Gesture = 'walk'): Step[] {
  return [{ atSec: atSec - walkSec(cast, to), x: cast.edgeX, z: to.z, gesture }]
}

/** Out again on the camera's side. */
export function goes(cast: Cast, atSec: number, from: Place, gesture: Gesture = 'walk'): Step[] {
  return [
    { atSec, x: from.x, z: from.z, gesture },
    { atSec: atSec + walkSec(cast, from), x: cast.edgeX, z: from.z - 0.3 },
  ]
}

/** Into a shop's door down the street, out of sight. */
export function goesInside(atSec: number, from: Place): Step[] {
  const out = { x: FAR_X, z: -0.3 }
  return [
    { atSec, ...from },
    { atSec: atSec + Math.hypot(out.x - from.x, out.z - from.z) / PACE, ...out },
  ]
}

export function comesOutside(atSec: number, to: Place): Step[] {
  const out = { x: FAR_X, z: -0.3 }
  return [{ atSec: atSec - Math.hypot(out.x - to.x, out.z - to.z) / PACE, ...out }]
}

/** Works at one place: a step aside now and then, hands always busy. */
export function serves(
  cast: Cast,
  fromSec: number,
  toSec: number,
  { x, z }: Place,
  heading: number,
  gesture: Gesture = 'sell',
): Step[] {
  const steps: Step[] = []
  for (let at = fromSec; at < toSec - 3; at += cast.between(7, 13)) {
    const aside = steps.length === 0 ? 0 : cast.between(-0.35, 0.35)
    steps.push({ atSec: at, x: x + aside, z, heading, gesture })
    const stayedSec = Math.min(toSec - 1.5, at + cast.between(4.5, 6.5))
    steps.push({ atSec: Math.max(stayedSec, at), x: x + aside, z, heading, gesture })
  }
  return [...steps, { atSec: toSec, x, z, heading, gesture }]
}

/** A smooth way through some places at one speed; `atSec` is when it ends. */
export function drives(places: readonly Place[], metresPerSec: number, atSec: number): Step[] {
  const way: Place[] = []
  for (let i = 0; i + 1 < places.length; i++) {
    for (let part = 0; part < 6; part++) way.push(onCurve(places, i, part / 6))
  }
  way.push(places.at(-1)!)
  const steps: Step[] = []
  let leftSec = 0
  for (let i = way.length - 1; i >= 0; i--) {
    const next = way[i + 1]
    // Slow at its end: the last metres take thrice as long.
    const slow = i > way.length - 6 ? 2.4 : 1
    if (next) leftSec += (Math.hypot(next.x - way[i]!.x, next.z - way[i]!.z) / metresPerSec) * slow
    steps.push({ atSec: atSec - leftSec, ...way[i]! })
  }
  return steps.reverse()
}

/** Catmull and Rom's curve. */
function onCurve(places: readonly Place[], i: number, t: number): Place {
  const at = (k: number) => places[Math.min(places.length - 1, Math.max(0, k))]!
  const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)]
  const along = (p: number, q: number, r: number, s: number) =>
    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t)
  return { x: along(a.x, b.x, c.x, d.x), z: along(a.z, b.z, c.z, d.z) }
}

export function vendorLook(cast: Cast): Look {
  const apron = cast.random() < 0.6 ? ([236, 232, 222] as const) : undefined
  return cast.look({ apron, umbrella: undefined, bag: undefined })
}

/** Customers one after the other in front of a stall. */
export function customers(cast: Cast, fromSec: number, toSec: number, { x, z }: Place): void {
  for (let at = fromSec; at < toSec - 9; at += cast.between(8, 15)) {
    cast.visit(at, cast.between(4, 7), x + cast.between(-0.7, 0.7), z, SHOPS, 'look')
  }
}
