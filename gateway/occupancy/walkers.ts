/**
 * Walkers: who only passes. What moves because somebody walks across it does not live.
 *
 *     foreground without what stands there for long ─▶ parts ─▶ followed from look to look ─▶ walking?
 *     movement of the last second ── less where somebody walked ──▶ life
 *
 * Somebody who walks is seen before he reaches a thing and after he has left it; whoever stays is not. Whether he
 * walks is known only a second after his first step: movement is therefore weighed one look late. Two who meet are one
 * part for a moment: both are believed to go on as they went.
 */
import type { Kernels } from './kernels.ts'
import type { Masks, Part } from './mask.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

/** Smaller parts are specks; a walker far away has about fifty pixels. */
const PART_PIXELS_MIN = 40
const WALKERS_MAX = 64
/** How long somebody hidden or merged with others is believed to go on. */
const UNSEEN_MS = 1_600
/** His last steps, by which it is told that he walks. */
const STEPS_MS = 2_200
const STEPS_MIN = 3
/** How far he must have come in them: pixels, and shares of his width. */
const WAY_MIN = 5
const WAY_SHARE = 0.5
/** And how far within the last second, shares of his width. */
const LATELY_MS = 900
const LATELY_SHARE = 0.2
/** Walking is straight: way made good over way walked. */
const STRAIGHT = 0.75
/** How far from where he is expected he may be found, pixels, and pixels a second: a step of somebody new, and of one who is known to walk. */
const REACH = 8
const REACH_NEW_PER_SEC = 60
const REACH_PER_SEC = 22
/** How much larger or smaller he may be from one step to the next: a leg hidden, a bag turned. */
const SIZE_RATIO_MAX = 2.5
/** Beyond his outline: blur, and the pixel that he just left. */
const RIM = 2
/** Before he is first seen apart from what he stood by, he stood there: so long, at least. */
const STOOD_MS = 1_200
/** Pictures remembered: those of the last two looks at movement, at five a second. */
const PICTURES = 12
/** Steps remembered of one walker, and what is kept of each: time, place, part, size, extent. */
const STEPS_MAX = 12
const STEP_NUMBERS = 9
const WALKER_NUMBERS = 3 + STEPS_MAX * STEP_NUMBERS

interface Step {
  readonly timeMs: number
  readonly x: number
  readonly y: number
  /** His part in that picture; 0 where he was not seen. */
  readonly label: number
  readonly pixels: number
  readonly box: Extent
}
export interface Extent {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}
interface Expected {
  readonly x: number
  readonly y: number
  /** Whether he has been seen twice: then the step to come is known. */
  readonly known: boolean
}
interface Walker {
  /** Oldest first. */
  steps: Step[]
  seenMs: number
  walking: boolean
}

export class Walkers {
  readonly #masks: Masks
  readonly #passing: Uint8Array
  readonly #crossed: Uint8Array
  readonly #grown: Uint8Array
  /** The parts of each picture, in turn, and when it was taken. */
  readonly labels: readonly Uint8Array[]
  readonly #timesMs = new Float64Array(PICTURES).fill(-Infinity)
  /** All of the above but `labels`, while a snapshot is written or read. */
  readonly state = new Float64Array(1 + PICTURES + 1 + WALKERS_MAX * WALKER_NUMBERS)
  #next = 0
  #walkers: Walker[] = []
  #left: Extent[] = []

  constructor(kernels: Kernels, masks: Masks) {
    this.#masks = masks
    this.#passing = kernels.bytes()
    this.#crossed = kernels.bytes()
    this.#grown = kernels.bytes()
    this.labels = Array.from({ length: PICTURES }, () => kernels.bytes())
  }

  /** Takes a picture in: `stable` and `seenMs` as of things, of the same picture. */
  follow(foreground: Uint8Array, stable: Uint8Array, seenMs: Float64Array, timeMs: number): void {
    const labels = this.labels[this.#next]!
    this.#timesMs[this.#next] = timeMs
    this.#next = (this.#next + 1) % PICTURES
    this.#match(this.#findPassing(foreground, stable, seenMs, timeMs, labels), timeMs)
  }

  /** Parts of what does not show the colour that stands there. */
  #findPassing(
    foreground: Uint8Array,
    stable: Uint8Array,
    seenMs: Float64Array,
    timeMs: number,
    labels: Uint8Array,
  ): Part[] {
    let any = false
    this.#passing.fill(0)
    const words = new Uint32Array(foreground.buffer, foreground.byteOffset, PLANE_PIXELS / 4)
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue
      for (let at = 4 * word; at < 4 * word + 4; at++) {
        if (foreground[at] === 0 || (stable[at] === 1 && seenMs[at] === timeMs)) continue
        this.#passing[at] = 1
        any = true
      }
    }
    labels.fill(0)
    if (!any) return []
    // Somebody who shifts his weight shows slivers on both sides of him: no walker goes from one to the other.
    this.#masks.open(this.#passing, this.#passing, 1)
    const count = this.#masks.label(this.#passing, labels, PART_PIXELS_MIN)
    return Array.from({ length: count }, (_, index) => this.#masks.part(index + 1))
  }

  /** Takes out of `moved` (movement from one picture to a later one) where somebody walked in between. */
  excuse(moved: Uint8Array, fromMs: number, toMs: number): void {
    const walking = this.#walkers.filter((walker) => walker.walking)
    if (walking.length === 0) return
    this.#crossed.fill(0)
    for (const [at, labels] of this.labels.entries()) {
      const timeMs = this.#timesMs[at]!
      if (timeMs < fromMs || timeMs > toMs) continue
      for (const { steps } of walking) {
        const step = steps.find((one) => one.timeMs === timeMs)
        if (step !== undefined) mark(step, labels, this.#crossed)
        const first = steps[0]!
        if (timeMs > first.timeMs || timeMs < first.timeMs - STOOD_MS) continue
        for (const box of cameFrom(steps)) mark({ label: 0, box }, labels, this.#crossed)
      }
    }
    this.#masks.grow(this.#crossed, this.#grown, RIM)
    for (let at = 0; at < PLANE_PIXELS; at++) moved[at]! &= 1 - this.#grown[at]!
  }

  /** Where those stood who have begun to walk. */
  takeLeft(): readonly Extent[] {
    const left = this.#left
    this.#left = []
    return left
  }

  reset(): void {
    this.#walkers = []
    this.#left = []
  }

  /** Moves every time: the timeline began anew. */
  shift(byMs: number): void {
    for (let at = 0; at < PICTURES; at++) this.#timesMs[at]! += byMs
    for (const walker of this.#walkers) {
      walker.seenMs += byMs
      walker.steps = walker.steps.map((step) => ({ ...step, timeMs: step.timeMs + byMs }))
    }
  }

  /** Writes `state`. Nobody has left whom `takeLeft` has not told: it is asked at every look. */
  pack(): void {
    const { state } = this
    state.fill(0)
    state[0] = this.#next
    state.set(this.#timesMs, 1)
    state[1 + PICTURES] = this.#walkers.length
    for (const [at, { seenMs, walking, steps }] of this.#walkers.entries()) {
      const from = 2 + PICTURES + at * WALKER_NUMBERS
      state.set([seenMs, Number(walking), steps.length, ...steps.flatMap(numbersOf)], from)
    }
  }

  /** Takes `state` up. */
  unpack(): void {
    const { state } = this
    this.#next = state[0]!
    this.#timesMs.set(state.subarray(1, 1 + PICTURES))
    this.#left = []
    this.#walkers = Array.from({ length: state[1 + PICTURES]! }, (_, at) => {
      const from = 2 + PICTURES + at * WALKER_NUMBERS
      const [seenMs, walking, count] = state.subarray(from, from + 3)
      const steps = Array.from({ length: count! }, (_, step) =>
        stepFrom(state.subarray(from + 3 + step * STEP_NUMBERS, from + 3 + (step + 1) * STEP_NUMBERS)),
      )
      return { seenMs: seenMs!, walking: walking === 1, steps }
    })
  }

  /** Nearest first, each part to one walker at most. */
  #match(parts: readonly Part[], timeMs: number): void {
    const pairs: { readonly walker: Walker; readonly part: Part; readonly away: number }[] = []
    for (const walker of this.#walkers) {
      const at = expected(walker, timeMs)
      for (const part of parts) {
        const away = distance(walker, at, part, timeMs)
        if (away !== null) pairs.push({ walker, part, away })
      }
    }
    pairs.sort((a, b) => a.away - b.away)
    const found = new Set<Walker | Part>()
    for (const { walker, part } of pairs) {
      if (found.has(walker) || found.has(part)) continue
      found.add(walker).add(part)
      const walked = walker.walking
      take(walker, stepOf(part, timeMs))
      if (!walked && walker.walking) this.#left.push(...cameFrom(walker.steps))
    }
    for (const walker of this.#walkers) if (!found.has(walker)) goOn(walker, timeMs)
    this.#walkers = this.#walkers.filter(({ seenMs }) => timeMs - seenMs <= UNSEEN_MS)
    for (const part of parts) {
      if (found.has(part) || this.#walkers.length >= WALKERS_MAX) continue
      this.#walkers.push({ steps: [stepOf(part, timeMs)], seenMs: timeMs, walking: false })
    }
  }
}

function stepOf(part: Part, timeMs: number): Step {
  const { label, pixels, left, top, right, bottom } = part
  return {
    timeMs,
    label,
    pixels,
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    box: { left, top, right, bottom },
  }
}

function numbersOf({ timeMs, x, y, label, pixels, box }: Step): number[] {
  return [timeMs, x, y, label, pixels, box.left, box.top, box.right, box.bottom]
}

function stepFrom([timeMs, x, y, label, pixels, left, top, right, bottom]: Float64Array): Step {
  const box = { left: left!, top: top!, right: right!, bottom: bottom! }
  return { timeMs: timeMs!, x: x!, y: y!, label: label!, pixels: pixels!, box }
}

/** Where he is expected, as he went. */
function expected({ steps }: Walker, timeMs: number): Expected {
  const last = steps.at(-1)!
  const first = steps.at(-3) ?? steps.at(-2)
  if (first === undefined) return { x: last.x, y: last.y, known: false }
  const share = (timeMs - last.timeMs) / Math.max(1, last.timeMs - first.timeMs)
  return { x: last.x + share * (last.x - first.x), y: last.y + share * (last.y - first.y), known: true }
}

/** How far a part is from where he is expected; null when it cannot be him. */
function distance({ steps }: Walker, { x, y, known }: Expected, part: Part, timeMs: number): number | null {
  const last = steps.at(-1)!
  const sec = (timeMs - last.timeMs) / 1000
  const dx = Math.abs((part.left + part.right) / 2 - x)
  const dy = Math.abs((part.top + part.bottom) / 2 - y)
  const reach = REACH + sec * (known ? REACH_PER_SEC : REACH_NEW_PER_SEC)
  const height = last.box.bottom - last.box.top + 1
  // His legs may be hidden behind what he passes.
  if (dx > reach || dy > reach / 2 + height / 2) return null
  const ratio = part.pixels / last.pixels
  if (ratio > SIZE_RATIO_MAX || ratio < 1 / SIZE_RATIO_MAX) return null
  return dx + dy / 2
}

function take(walker: Walker, step: Step): void {
  walker.seenMs = step.timeMs
  const lately = walker.steps.filter(({ timeMs }) => step.timeMs - timeMs <= STEPS_MS)
  walker.steps = [...lately, step].slice(-STEPS_MAX)
  walker.walking = walks(walker.steps)
}

/** Not seen: hidden, or one part with somebody else. */
function goOn(walker: Walker, timeMs: number): void {
  if (!walker.walking) return
  const { x, y } = expected(walker, timeMs)
  const last = walker.steps.at(-1)!
  const box = shifted(last.box, x - last.x, y - last.y)
  walker.steps = [...walker.steps, { timeMs, label: 0, pixels: last.pixels, x, y, box }].slice(-STEPS_MAX)
}

/** He as he is now, where he was first seen and a step before. */
function cameFrom(steps: readonly Step[]): Extent[] {
  const [first, last] = [steps[0]!, steps.at(-1)!]
  const steppedX = (last.x - first.x) / (steps.length - 1)
  const steppedY = (last.y - first.y) / (steps.length - 1)
  return [0, 1].map((back) =>
    shifted(last.box, first.x - back * steppedX - last.x, first.y - back * steppedY - last.y),
  )
}

function shifted({ left, top, right, bottom }: Extent, x: number, y: number): Extent {
  const [dx, dy] = [Math.round(x), Math.round(y)]
  return { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy }
}

function walks(steps: readonly Step[]): boolean {
  const seen = steps.filter(({ label }) => label !== 0)
  if (seen.length < STEPS_MIN) return false
  const [first, last] = [seen[0]!, seen.at(-1)!]
  const width = last.box.right - last.box.left + 1
  const way = wayOf(first, last)
  if (way < Math.max(WAY_MIN, WAY_SHARE * width)) return false
  // Whoever has come and stands now walks no longer.
  const lately = seen.findLast(({ timeMs }) => last.timeMs - timeMs >= LATELY_MS) ?? first
  if (wayOf(lately, last) < LATELY_SHARE * width) return false
  const walked = seen.slice(1).reduce((sum, step, at) => sum + wayOf(seen[at]!, step), 0)
  return way >= STRAIGHT * walked
}

const wayOf = (from: Step, to: Step): number => Math.hypot(to.x - from.x, to.y - from.y)

/** His own pixels where he was seen; where he was not, whatever moves in his place. */
function mark({ label, box }: Pick<Step, 'label' | 'box'>, labels: Uint8Array, crossed: Uint8Array): void {
  const right = Math.min(PLANE_WIDTH - 1, box.right)
  const bottom = Math.min(PLANE_HEIGHT - 1, box.bottom)
  for (let row = Math.max(0, box.top); row <= bottom; row++) {
    for (let at = row * PLANE_WIDTH + Math.max(0, box.left); at <= row * PLANE_WIDTH + right; at++) {
      if (labels[at] === label || (label === 0 && labels[at] !== 0)) crossed[at] = 1
    }
  }
}
