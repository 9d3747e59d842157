/**
 * Lights that switch: billboards, signs, walls that they light, and their mirror images in wet ground. They change all
 * at once, and between two times not at all; nobody's body does.
 *
 *     moved this look ─▶ parts ─▶ a part that moved whole before, was still since, and keeps its hour
 *                                   └▶ the third time: a light ─▶ pixels that go on switching with it = lit
 *
 * What a light does is nobody's movement, and what it shows is no thing. Something that is set down before it stops
 * switching there, and is seen from then on.
 */
import type { Masks } from './mask.ts'
import { PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

/** Smaller parts are a hand, or rain. */
const PART_PIXELS_MIN = 40
const PLACES_MAX = 24
/** Two parts are one place when they share so much of what they cover together. */
const SAME_SHARE = 0.55
/** Share of a place that may move while it is still, looks of stillness between switches, switches of a light. */
const STILL_SHARE = 0.15
const STILL_LOOKS = 2
const SWITCHES = 3
/** Billboards change at their hour; people do not. Of a known light some changes go by unseen. */
const IRREGULAR_MS = 1_000
const UNSEEN = 2
/** After so many changes at other times it was no hour. */
const MISSES = 3
/** What has not switched for so long is no light any more. */
const FORGET_MS = 120_000
/** How much of what is known of a pixel the last switch of its place decides; and from where on it is lit. */
const PACE = 0.4
const LIT = 0.5

interface Place {
  pixels: Int32Array
  /** Wherever it was lit, and may be yet. */
  reach: readonly number[]
  /** Switches one after the other, as long from each to the next. */
  switches: number
  everyMs: number
  misses: number
  stillLooks: number
  lastMs: number
}

export class Switching {
  /** 1 where a light shows. */
  readonly lit: Uint8Array
  readonly #share = new Float32Array(PLANE_PIXELS)
  readonly #masks: Masks
  readonly #labels: Uint8Array
  readonly #own = new Uint8Array(PLANE_PIXELS)
  #places: Place[] = []

  /** @param labels room for the parts of a look */
  constructor(masks: Masks, labels: Uint8Array, lit: Uint8Array) {
    this.#masks = masks
    this.#labels = labels
    this.lit = lit
  }

  /** Takes what lights do out of `moved`; gives the pixels of those that were found out just now. */
  take(moved: Uint8Array, timeMs: number): Int32Array[] {
    const found: Int32Array[] = []
    this.#forget(timeMs)
    const parts = this.#masks.label(moved, this.#labels, PART_PIXELS_MIN)
    for (let label = 1; label <= parts; label++) {
      const pixels = this.#pixelsOf(label)
      const place = this.#placeOf(pixels)
      if (place === null) this.#remember(placeAt(pixels, timeMs))
      else if (place.stillLooks >= STILL_LOOKS && this.#switch(place, pixels, timeMs)) {
        if (place.switches === SWITCHES) found.push(place.pixels)
        if (place.switches >= SWITCHES) for (const at of pixels) moved[at] = 0
      }
    }
    for (const place of this.#places)
      if (place.lastMs !== timeMs && isStill(place.pixels, moved)) place.stillLooks++
    return found
  }

  reset(): void {
    this.#places = []
    this.#share.fill(0)
    this.lit.fill(0)
  }

  /** @returns whether it keeps its hour; what moves there in between is somebody who walks through it */
  #switch(place: Place, pixels: Int32Array, timeMs: number): boolean {
    const sinceMs = timeMs - place.lastMs
    const isSecond = place.switches === 1
    const isLight = place.switches >= SWITCHES
    if (!isSecond && !isOnTime(sinceMs, place.everyMs, isLight ? UNSEEN : 0)) {
      place.misses++
      if (!isLight && place.misses >= MISSES) Object.assign(place, placeAt(pixels, timeMs))
      return false
    }
    place.switches++
    if (isSecond) place.everyMs = sinceMs
    place.misses = 0
    place.stillLooks = 0
    place.lastMs = timeMs
    if (place.switches >= SWITCHES) this.#light(place, pixels, isLight ? PACE : 1)
    place.pixels = pixels
    return true
  }

  #light(place: Place, now: Int32Array, pace: number): void {
    for (const at of now) this.#own[at] = 1
    const before = place.reach.filter((at) => this.#own[at] === 0)
    for (const at of before) this.#tend(at, 0, PACE)
    for (const at of now) {
      this.#tend(at, 1, pace)
      this.#own[at] = 0
    }
    place.reach = [...before.filter((at) => this.lit[at] === 1), ...now]
  }

  #tend(at: number, to: 0 | 1, pace: number): void {
    this.#share[at]! += pace * (to - this.#share[at]!)
    this.lit[at] = this.#share[at]! >= LIT ? 1 : 0
  }

  #forget(timeMs: number): void {
    const old = this.#places.filter(({ lastMs }) => timeMs - lastMs > FORGET_MS)
    for (const place of old) this.#drop(place)
  }

  #drop(place: Place): void {
    for (const at of place.reach) this.#tend(at, 0, 1)
    this.#places.splice(this.#places.indexOf(place), 1)
  }

  #pixelsOf(label: number): Int32Array {
    const { pixels: count, left, top, right, bottom } = this.#masks.part(label)
    const pixels = new Int32Array(count)
    let next = 0
    for (let row = top; row <= bottom; row++) {
      for (let at = row * PLANE_WIDTH + left; at <= row * PLANE_WIDTH + right; at++)
        if (this.#labels[at] === label) pixels[next++] = at
    }
    return pixels
  }

  #placeOf(part: Int32Array): Place | null {
    for (const at of part) this.#own[at] = 1
    const place = this.#places.find(({ pixels, switches }) => {
      let shared = 0
      for (const at of pixels) shared += this.#own[at]!
      const less = Math.min(pixels.length, part.length)
      const together = pixels.length + part.length - shared
      // Of a known light a part may be hidden.
      return shared >= SAME_SHARE * (switches >= SWITCHES ? less : together)
    })
    for (const at of part) this.#own[at] = 0
    return place ?? null
  }

  /** At the limit the place goes that is least likely a light. */
  #remember(place: Place): void {
    this.#places.push(place)
    if (this.#places.length <= PLACES_MAX) return
    const least = this.#places.reduce((a, b) =>
      b.switches < a.switches || (b.switches === a.switches && b.lastMs < a.lastMs) ? b : a,
    )
    this.#drop(least)
  }
}

function isOnTime(sinceMs: number, everyMs: number, unseen: number): boolean {
  const times = Math.max(1, Math.min(1 + unseen, Math.round(sinceMs / everyMs)))
  return Math.abs(sinceMs - times * everyMs) <= IRREGULAR_MS
}

function placeAt(pixels: Int32Array, timeMs: number): Place {
  return { pixels, reach: [], switches: 1, everyMs: 0, misses: 0, stillLooks: 0, lastMs: timeMs }
}

function isStill(pixels: Int32Array, moved: Uint8Array): boolean {
  let moving = 0
  for (const at of pixels) moving += moved[at]!
  return moving <= STILL_SHARE * pixels.length
}
