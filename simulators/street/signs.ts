/**
 * Shop signs, written with a brush of our own: strokes on a grid of ten by ten, y up. No font is needed, so a
 * street looks the same on every machine.
 */
import type { Brush } from './brush.ts'
import type { Rgb } from './raster.ts'
import type { Spot } from './view.ts'

type Stroke = readonly (readonly [number, number])[]

const box = (x1: number, y1: number, x2: number, y2: number): Stroke => [
  [x1, y2],
  [x2, y2],
  [x2, y1],
  [x1, y1],
  [x1, y2],
]
const line = (...numbers: number[]): Stroke =>
  Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const)

const GLYPHS: Readonly<Record<string, readonly Stroke[]>> = {
  水: [
    line(5, 9.5, 5, 0.6, 4, 1.2),
    line(1, 6.5, 3.8, 6.5, 1.2, 2),
    line(8.2, 7.5, 5.6, 5.5),
    line(5.4, 5.8, 9, 1.5),
  ],
  果: [
    box(2, 5, 8, 9.5),
    line(2, 7.2, 8, 7.2),
    line(5, 9.5, 5, 0),
    line(1, 4, 9, 4),
    line(4.6, 3.8, 1, 1),
    line(5.4, 3.8, 9, 1),
  ],
  米: [
    line(5, 9.8, 5, 0.2),
    line(1, 5.5, 9, 5.5),
    line(2.2, 9, 3.6, 6.6),
    line(7.8, 9, 6.4, 6.6),
    line(4.6, 5.2, 1, 1.5),
    line(5.4, 5.2, 9, 1.5),
  ],
  面: [
    line(1, 9.3, 9, 9.3),
    line(5, 9.3, 4.4, 7.6),
    box(1.5, 0.5, 8.5, 7.6),
    line(3.8, 7.6, 3.8, 0.5),
    line(6.2, 7.6, 6.2, 0.5),
    line(3.8, 5.2, 6.2, 5.2),
    line(3.8, 2.9, 6.2, 2.9),
  ],
  五: [line(1.5, 9, 8.5, 9), line(4.8, 9, 3.6, 1), line(2, 5.3, 7.3, 5.3, 6.8, 1), line(0.8, 1, 9.2, 1)],
  金: [
    line(0.8, 6, 5, 9.8, 9.2, 6),
    line(3, 6, 7, 6),
    line(2, 3.6, 8, 3.6),
    line(5, 6, 5, 0.6),
    line(3, 3, 3.6, 1.4),
    line(7, 3, 6.4, 1.4),
    line(1, 0.6, 9, 0.6),
  ],
  日: [box(2.4, 0.6, 7.6, 9.3), line(2.4, 5, 7.6, 5)],
  用: [
    line(1.2, 0.4, 2.2, 2, 2.2, 9, 8, 9, 8, 0.8, 7, 0.6),
    line(2.2, 6.2, 8, 6.2),
    line(2.2, 3.6, 8, 3.6),
    line(5.1, 9, 5.1, 0.6),
  ],
  店: [
    line(5, 9.9, 5, 8.6),
    line(9, 8.6, 1.8, 8.6, 1.8, 4, 0.8, 0.6),
    line(5.2, 7.6, 5.2, 4.2),
    line(5.2, 6, 8, 6),
    box(3.4, 0.6, 7.8, 4.2),
  ],
  茶: [
    line(1, 8.4, 9, 8.4),
    line(3.3, 9.6, 3.3, 7.4),
    line(6.7, 9.6, 6.7, 7.4),
    line(1, 4.4, 5, 7.2, 9, 4.4),
    line(2.4, 3.6, 7.6, 3.6),
    line(5, 5.4, 5, 0.4),
    line(4.4, 2.8, 2, 0.8),
    line(5.6, 2.8, 8, 0.8),
  ],
  书: [
    line(2, 7.8, 7.6, 7.8, 7.4, 5),
    line(1, 5, 8.8, 5, 8.2, 1.6),
    line(4.8, 9.6, 4.8, 0.2),
    line(6.8, 9.6, 8, 8.6),
  ],
  小: [line(5, 9.5, 5, 0.6, 4, 1.2), line(2.6, 6, 1.2, 3), line(7.2, 6, 9, 3)],
}

/** Writes on the plane of the facade, the first glyph at `from` (lower left corner). */
export function writeSign(
  brush: Brush,
  words: string,
  from: Spot,
  glyphM: number,
  color: Rgb,
  shines: boolean,
) {
  const half = glyphM * 0.045
  ;[...words].forEach((glyph, index) => {
    const left = from[0] + index * glyphM * 1.22
    for (const stroke of GLYPHS[glyph] ?? []) {
      for (let i = 1; i < stroke.length; i++) {
        const [ax, ay] = stroke[i - 1]!
        const [bx, by] = stroke[i]!
        const [dx, dy] = [bx - ax, by - ay]
        const length = Math.hypot(dx, dy)
        const [nx, ny] = [(-dy / length) * half, (dx / length) * half]
        // A little longer than the stroke, so that corners close.
        const [ex, ey] = [(dx / length) * half, (dy / length) * half]
        const corner = (x: number, y: number, s: number, e: number): Spot => [
          left + (x / 10) * glyphM + nx * s + ex * e,
          from[1] + (y / 10) * glyphM + ny * s + ey * e,
          from[2],
        ]
        const spots = [
          corner(ax, ay, 1, -1),
          corner(bx, by, 1, 1),
          corner(bx, by, -1, 1),
          corner(ax, ay, -1, -1),
        ]
        if (shines) brush.glow(spots, color)
        else brush.face(spots, color, [0, 0.4, -0.9])
      }
    }
  })
}
