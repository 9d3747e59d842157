/**
 * Masks: one byte a pixel, 0 or 1, sixteen pixels at a time.
 *
 * Outside the picture nothing is set when a mask grows and all is set when it shrinks: a thing cut by the edge is not
 * eaten from that side. `line` is a row of bytes with sixteen to spare on either side.
 */
import { anyOf, BLOCK, HEIGHT, PIXELS, WIDTH } from './lanes.as'

/**
 * Sets a pixel when any within `radius` (square) is set. `line` holds a row, then for each row a bit for each block
 * in which anything is set: what is far from all of them is not looked at.
 */
export function grow(mask: usize, out: usize, radius: i32, across: usize, line: usize): void {
  for (let row = 0; row < HEIGHT; row++) growRow(mask, across, row, radius, line, 0)
  for (let row = 0; row < HEIGHT; row++) {
    const first = max(0, row - radius)
    const last = min(HEIGHT - 1, row + radius)
    let blocks = 0
    for (let i = first; i <= last; i++) blocks |= load<i32>(line + BITS + 4 * i)
    growDown(across, out, row, first, last, around(blocks), 0)
  }
}

/** Keeps a pixel when all within `radius` (square) are set: what is not set grows. */
export function shrink(mask: usize, out: usize, radius: i32, across: usize, line: usize): void {
  for (let row = 0; row < HEIGHT; row++) growRow(mask, across, row, radius, line, 1)
  for (let row = 0; row < HEIGHT; row++) {
    const first = max(0, row - radius)
    const last = min(HEIGHT - 1, row + radius)
    let blocks = -1
    for (let i = first; i <= last; i++) blocks &= load<i32>(line + BITS + 4 * i)
    growDown(across, out, row, first, last, blocks, 1)
  }
}

const BITS: i32 = WIDTH + 2 * BLOCK
const ALL: i32 = (1 << (WIDTH / BLOCK)) - 1

function around(blocks: i32): i32 {
  return blocks | (blocks << 1) | (blocks >> 1)
}

/** With `flip` the row is turned over first: then blocks in which nothing is set are all set. */
function growRow(mask: usize, across: usize, row: i32, radius: i32, line: usize, flip: u8): void {
  const from = mask + row * WIDTH
  const to = across + row * WIDTH
  const start = line + BLOCK
  const turn = i8x16.splat(flip)
  let blocks = 0
  for (let x = 0; x < WIDTH; x += BLOCK) {
    const here = v128.load(from + x)
    blocks |= (v128.any_true(here) ? 1 : 0) << (x / BLOCK)
    v128.store(start + x, v128.xor(here, turn))
  }
  store<i32>(line + BITS + 4 * row, blocks)
  memory.copy(to, start, WIDTH)
  for (let near = around(blocks) & ALL; near !== 0; near &= near - 1) {
    const x = BLOCK * ctz(near)
    let here = v128.load(start + x)
    for (let i = 1; i <= radius; i++) {
      here = v128.or(here, v128.or(v128.load(start + x - i), v128.load(start + x + i)))
    }
    v128.store(to + x, here)
  }
}

/** The rows first … last of `from` together, in the blocks given; nothing is set elsewhere. */
function growDown(from: usize, out: usize, row: i32, first: i32, last: i32, blocks: i32, flip: u8): void {
  const turn = i8x16.splat(flip)
  memory.fill(out + row * WIDTH, 0, WIDTH)
  for (let left = blocks & ALL; left !== 0; left &= left - 1) {
    const x = BLOCK * ctz(left)
    let here = v128.load(from + first * WIDTH + x)
    for (let i = first + 1; i <= last; i++) here = v128.or(here, v128.load(from + i * WIDTH + x))
    v128.store(out + row * WIDTH + x, v128.xor(here, turn))
  }
}

/** Keeps what is set where at least `least` of the nine pixels around (itself among them) are set as well. */
export function keepCrowded(mask: usize, out: usize, least: i32, across: usize, line: usize): void {
  const start = line + BLOCK
  for (let row = 0; row < HEIGHT; row++) {
    memory.copy(start, mask + row * WIDTH, WIDTH)
    for (let x = 0; x < WIDTH; x += BLOCK) {
      const sides = i8x16.add(v128.load(start + x - 1), v128.load(start + x + 1))
      v128.store(across + row * WIDTH + x, i8x16.add(sides, v128.load(start + x)))
    }
  }
  const wanted = i8x16.splat((least - 1) as i8)
  for (let at = 0; at < PIXELS; at += BLOCK) {
    const here = v128.load(mask + at)
    if (!v128.any_true(here)) {
      v128.store(out + at, here)
      continue
    }
    let count = v128.load(across + at)
    if (at >= WIDTH) count = i8x16.add(count, v128.load(across + at - WIDTH))
    if (at < PIXELS - WIDTH) count = i8x16.add(count, v128.load(across + at + WIDTH))
    v128.store(out + at, v128.and(here, i8x16.gt_s(count, wanted)))
  }
}

/** What is set in either; whether anything is. */
export function join(mask: usize, other: usize, out: usize): bool {
  let any = i8x16.splat(0)
  for (let at = 0; at < PIXELS; at += BLOCK) {
    const here = v128.or(v128.load(mask + at), v128.load(other + at))
    v128.store(out + at, here)
    any = v128.or(any, here)
  }
  return v128.any_true(any)
}

/** Takes out of a mask what is set in another. */
export function without(mask: usize, other: usize): void {
  for (let at = 0; at < PIXELS; at += BLOCK) {
    v128.store(mask + at, v128.andnot(v128.load(mask + at), v128.load(other + at)))
  }
}

/** Sets `out` where a byte has this value, and counts. */
export function pick(bytes: usize, value: u8, out: usize): i32 {
  const wanted = i8x16.splat(value)
  let count = 0
  for (let at = 0; at < PIXELS; at += BLOCK) {
    const same = i8x16.eq(v128.load(bytes + at), wanted)
    count += popcnt(i8x16.bitmask(same))
    v128.store(out + at, v128.and(same, i8x16.splat(1)))
  }
  return count
}

/** Clears a mask where the class of its label (a byte each) is 0. */
export function keepLabelled(mask: usize, labels: usize, classes: usize): void {
  for (let at = 0; at < PIXELS; at += BLOCK) {
    if (!anyOf(mask + at)) continue
    for (let i = at; i < at + BLOCK; i++) {
      if (!load<u8>(classes + load<u8>(labels + i))) store<u8>(mask + i, 0)
    }
  }
}

/** How many set pixels each label has: 256 counts of 32 bits; label 0 is none. */
export function countWhere(mask: usize, labels: usize, counts: usize): void {
  memory.fill(counts, 0, 4 * 256)
  // Neighbours mostly have the same label: they are counted together.
  let last = 0
  let run = 0
  for (let at = 0; at < PIXELS; at += BLOCK) {
    if (!anyOf(mask + at)) continue
    for (let i = at; i < at + BLOCK; i++) {
      if (!load<u8>(mask + i)) continue
      const label = load<u8>(labels + i)
      if (label !== last) {
        addTo(counts, last, run)
        last = label
        run = 0
      }
      run++
    }
  }
  addTo(counts, last, run)
  store<i32>(counts, 0)
}

export function addTo(counts: usize, label: i32, run: i32): void {
  store<i32>(counts + 4 * label, load<i32>(counts + 4 * label) + run)
}

const RUN: i32 = 16

/**
 * Numbers 8-connected parts from 1 in `labels`, in the order of their first pixel; parts under `pixelsMin` and
 * beyond 255 stay 0. Gives back how many; `parts` has pixels, left, top, right, bottom (32 bits each, the last two
 * inclusive) of each, from 1.
 *
 * Runs of pixels along a row (first, end, the run it belongs to, row) are joined with those above that they touch: the
 * earliest run stands for the part.
 */
export function label(mask: usize, labels: usize, pixelsMin: i32, runs: usize, parts: usize): i32 {
  memory.fill(labels, 0, PIXELS)
  let count = 0
  let above = 0
  for (let row = 0; row < HEIGHT; row++) {
    const first = count
    count = findRuns(mask + row * WIDTH, row, runs, count)
    let other = above
    for (let run = first; run < count; run++) {
      const from = load<i32>(runs + RUN * run)
      const end = load<i32>(runs + RUN * run + 4)
      while (other < first && load<i32>(runs + RUN * other + 4) < from) other++
      for (let touch = other; touch < first && load<i32>(runs + RUN * touch) <= end; touch++) {
        unite(runs, run, touch)
      }
    }
    above = first
  }
  if (count === 0) return 0
  return number(labels, pixelsMin, runs, count, parts)
}

function findRuns(line: usize, row: i32, runs: usize, count: i32): i32 {
  let open = false
  for (let x = 0; x < WIDTH; x += BLOCK) {
    let bits = i8x16.bitmask(i8x16.ne(v128.load(line + x), i8x16.splat(0)))
    if (open) bits = ~bits & 0xffff
    // Bits are turned over at every change, so that the next change is always the lowest one set.
    let at = 0
    while (bits >> at !== 0) {
      at += ctz(bits >> at)
      const run = runs + RUN * (open ? count - 1 : count)
      if (open) {
        store<i32>(run + 4, x + at)
      } else {
        store<i32>(run, x + at)
        store<i32>(run + 8, count)
        store<i32>(run + 12, row)
        count++
      }
      open = !open
      bits = ~bits & 0xffff
    }
  }
  if (open) store<i32>(runs + RUN * (count - 1) + 4, WIDTH)
  return count
}

function rootOf(runs: usize, run: i32): i32 {
  let at = run
  while (load<i32>(runs + RUN * at + 8) !== at) at = load<i32>(runs + RUN * at + 8)
  store<i32>(runs + RUN * run + 8, at)
  return at
}

function unite(runs: usize, one: i32, other: i32): void {
  const a = rootOf(runs, one)
  const b = rootOf(runs, other)
  store<i32>(runs + RUN * max(a, b) + 8, min(a, b))
}

const PART: i32 = 20

/** `sizes` lies behind the runs: pixels of each part at its first run, then its number. */
function number(labels: usize, pixelsMin: i32, runs: usize, count: i32, parts: usize): i32 {
  const sizes = runs + RUN * count
  memory.fill(sizes, 0, 4 * count)
  for (let run = 0; run < count; run++) {
    const size = sizes + 4 * rootOf(runs, run)
    store<i32>(size, load<i32>(size) + load<i32>(runs + RUN * run + 4) - load<i32>(runs + RUN * run))
  }
  let numbers = 0
  for (let run = 0; run < count; run++) {
    const from = load<i32>(runs + RUN * run)
    const end = load<i32>(runs + RUN * run + 4)
    const root = load<i32>(runs + RUN * run + 8)
    const row = load<i32>(runs + RUN * run + 12)
    const size = load<i32>(sizes + 4 * root)
    if (root === run) {
      const isKept = size >= pixelsMin && numbers < 255
      if (isKept) begin(parts + PART * ++numbers, size, from, row)
      store<i32>(sizes + 4 * root, isKept ? numbers : 0)
    }
    const mine = load<i32>(sizes + 4 * root)
    if (mine === 0) continue
    extend(parts + PART * mine, from, end - 1, row)
    memory.fill(labels + row * WIDTH + from, mine as u8, end - from)
  }
  return numbers
}

function begin(part: usize, pixels: i32, left: i32, top: i32): void {
  store<i32>(part, pixels)
  store<i32>(part + 4, left)
  store<i32>(part + 8, top)
  store<i32>(part + 12, left)
  store<i32>(part + 16, top)
}

function extend(part: usize, left: i32, right: i32, row: i32): void {
  store<i32>(part + 4, min(load<i32>(part + 4), left))
  store<i32>(part + 12, max(load<i32>(part + 12), right))
  store<i32>(part + 16, row)
}
