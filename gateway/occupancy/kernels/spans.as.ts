/**
 * Spans: for each row the first and the end column (16 bits each) between which something is to be done. What is
 * computed from few pixels is computed within spans.
 */
import { anyOf, BLOCK, both, HEIGHT, put, two, WIDTH } from './lanes.as'

const LINE: i32 = 4 * WIDTH

/** The spans of what is set. */
export function spansOf(mask: usize, spans: usize): void {
  for (let row = 0; row < HEIGHT; row++) {
    let first = WIDTH
    let end = 0
    for (let x = 0; x < WIDTH; x += BLOCK) {
      if (!anyOf(mask + row * WIDTH + x)) continue
      first = min(first, x)
      end = x + BLOCK
    }
    store<u16>(spans + 4 * row, first as u16)
    store<u16>(spans + 4 * row + 2, end as u16)
  }
}

/** Spans that reach `by` rows and columns further on every side. */
export function widen(spans: usize, out: usize, by: i32): void {
  for (let row = 0; row < HEIGHT; row++) {
    let first = WIDTH
    let end = 0
    for (let other = max(0, row - by); other <= min(HEIGHT - 1, row + by); other++) {
      first = min(first, load<u16>(spans + 4 * other) as i32)
      end = max(end, load<u16>(spans + 4 * other + 2) as i32)
    }
    const isEmpty = first >= end
    store<u16>(out + 4 * row, (isEmpty ? WIDTH : max(0, first - by)) as u16)
    store<u16>(out + 4 * row + 2, (isEmpty ? 0 : min(WIDTH, end + by)) as u16)
  }
}

/** Mean of 5×5 within the spans; the picture's outermost two pixels are 0. `wide`: the spans widened by two. */
export function box5(from: usize, out: usize, spans: usize, wide: usize, along: usize): void {
  for (let row = 0; row < HEIGHT; row++) {
    const first = LINE * row + 4 * (load<u16>(wide + 4 * row) & ~1)
    const end = LINE * row + 4 * load<u16>(wide + 4 * row + 2)
    for (let x = first; x < end; x += 8) {
      const left = f64x2.add(two(from + x - 8), two(from + x - 4))
      const right = f64x2.add(two(from + x + 4), two(from + x + 8))
      put(along + x, f64x2.add(f64x2.add(left, two(from + x)), right))
    }
  }
  const size = both(25)
  for (let row = 2; row < HEIGHT - 2; row++) {
    const start = LINE * row
    const first = start + 4 * (load<u16>(spans + 4 * row) & ~1)
    const end = start + 4 * load<u16>(spans + 4 * row + 2)
    for (let x = first; x < end; x += 8) {
      const above = f64x2.add(two(along + x - 2 * LINE), two(along + x - LINE))
      const below = f64x2.add(two(along + x + LINE), two(along + x + 2 * LINE))
      put(out + x, f64x2.div(f64x2.add(f64x2.add(above, two(along + x)), below), size))
    }
    store<u64>(out + start, 0)
    store<u64>(out + start + LINE - 8, 0)
  }
}
