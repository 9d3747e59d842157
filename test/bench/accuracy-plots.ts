/**
 * The plots of the accuracy page as SVG: how far off the starts are, rule by rule, and what is found and imagined under
 * each condition. No clock, no chance: the same figures give the same bytes.
 */
import type { Figures } from '../../gateway/cli/eval.ts'

const FONT = 'font-family="sans-serif" font-size="12" fill="#222"'
const LEFT = 150
const WIDTH = 720
const ROW = 34

/** A dot an event: seconds told too early are left of the line, too late right of it. */
export function startErrorPlot({ clips, rules }: Figures): string {
  const [low, high] = [-10, 15]
  const x = (sec: number) =>
    LEFT + ((Math.min(high, Math.max(low, sec)) - low) / (high - low)) * (WIDTH - LEFT - 30)
  const names = Object.keys(rules)
  const matches = clips.flatMap((one) => one.matches)
  const rows = names.map((rule, row) => {
    const y = 40 + row * ROW
    const own = matches.filter((match) => match.truth.rule === rule)
    const dots = own.map(({ startErrorSec }, i) => {
      // Spread a little up and down, by order, so that equal errors do not hide each other.
      const dy = ((i * 7) % 15) - 7
      return `<circle cx="${x(startErrorSec).toFixed(1)}" cy="${y + dy}" r="3" fill="#2b6cb0" fill-opacity="0.55"/>`
    })
    const middle = medianOf(own.map((match) => match.startErrorSec))
    const tick =
      middle === null
        ? ''
        : `<line x1="${x(middle)}" x2="${x(middle)}" y1="${y - 12}" y2="${y + 12}" stroke="#c53030" stroke-width="2"/>`
    return `<text x="8" y="${y + 4}" ${FONT}>${rule} (${own.length})</text>${dots.join('')}${tick}`
  })
  const height = 60 + names.length * ROW
  const grid = [-10, -5, 0, 5, 10, 15].map((sec) =>
    gridLine(x(sec), height - 26, `${sec > 0 ? '+' : ''}${sec} s`, sec === 0),
  )
  return svg('Start error of each event, by rule', height, [...grid, ...rows])
}

/** Bars: recall of the acts; beside them the false events a clip. */
export function conditionsPlot({ clips, conditions }: Figures): string {
  const names = Object.keys(conditions)
  const scale = (WIDTH - LEFT - 30) / 2 - 20
  const second = LEFT + scale + 40
  const rows = names.map((name, row) => {
    const y = 40 + row * 24
    const score = conditions[name]!
    const of = clips.filter(({ scene }) => scene?.condition === name && scene.supported).length
    const recall = score.recall ?? 0
    const perClip = of === 0 ? 0 : score.false / of
    return [
      `<text x="8" y="${y + 4}" ${FONT}>${name}</text>`,
      bar(LEFT, y, recall * scale, '#2f855a', score.recall === null ? '–' : recall.toFixed(2)),
      bar(second, y, Math.min(1, perClip) * scale, '#c05621', `${score.false} / ${of}`),
    ].join('')
  })
  const head = [
    `<text x="${LEFT}" y="18" ${FONT}>recall of acts</text>`,
    `<text x="${second}" y="18" ${FONT}>false events / clips</text>`,
  ]
  return svg('Recall and false events, by condition', 50 + names.length * 24, [...head, ...rows])
}

function bar(x: number, y: number, width: number, fill: string, words: string): string {
  const inside = width > 60
  const at = inside ? x + width - 6 : x + width + 6
  const style = inside ? 'fill="#fff" text-anchor="end"' : 'fill="#222"'
  return `<rect x="${x}" y="${y - 8}" width="${width.toFixed(1)}" height="16" fill="${fill}"/><text x="${at.toFixed(1)}" y="${y + 4}" font-family="sans-serif" font-size="11" ${style}>${words}</text>`
}

function gridLine(x: number, bottom: number, words: string, strong: boolean): string {
  const stroke = strong ? '#888' : '#ddd'
  return `<line x1="${x}" x2="${x}" y1="20" y2="${bottom}" stroke="${stroke}"/><text x="${x}" y="${bottom + 16}" text-anchor="middle" ${FONT}>${words}</text>`
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`
  return `${head}\n<title>${title}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? null
}
