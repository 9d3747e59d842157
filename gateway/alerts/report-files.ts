/**
 * A report as a file: CSV that Excel opens in Chinese, and one page of HTML that prints.
 *
 * CSV begins with a byte order mark, without which Excel reads UTF-8 as something else; a cell that would be a formula
 * gets an apostrophe. The page carries its style and loads nothing.
 */
import { createHash } from 'node:crypto'
import type { Report, ReportTable } from './reports.ts'

const BYTE_ORDER_MARK = '\uFEFF'

export function reportCsv({ title, fromDay, toDay, notes, tables }: Report): string {
  const head = [[title], [`${fromDay} – ${toDay}`], ...notes.map((note) => [note])]
  const body = tables.flatMap(({ title, columns, rows }) => [[], [title], columns, ...rows])
  return csvOf([...head, ...body])
}

export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const STYLE = `
body { font: 14px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #17202a;
  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .2rem 0; color: #55626f; } .period { font-size: 1.05rem; color: #17202a; }
table { border-collapse: collapse; width: 100%; break-inside: auto; } tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #d3dae2; padding: .25rem .5rem; text-align: left; font-variant-numeric: tabular-nums; }
td { white-space: nowrap; } td.number, th.number { text-align: right; } td.bar, th.bar { width: 35%; }
svg { display: block; width: 100%; height: 10px; } rect { fill: #0b5cba; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
`

/** For the header that lets this page, and no other, carry its style. */
export const REPORT_STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`

export function reportPage(report: Report): string {
  const { title, fromDay, toDay, notes, tables, language } = report
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${plain(title)}</title>
<style>${STYLE}</style></head>
<body><main><h1>${plain(title)}</h1>
<p class="period">${fromDay} – ${toDay}</p>
${notes.map((note) => `<p>${plain(note)}</p>`).join('\n')}
${tables.map(tableHtml).join('\n')}
</main></body></html>
`
}

function tableHtml({ title, columns, rows, bars }: ReportTable): string {
  const most = bars === undefined ? 0 : Math.max(1, ...rows.map((row) => Number(row[bars])))
  const isNumber = (at: number) => rows.some((row) => typeof row[at] === 'number')
  const kind = (at: number) => (isNumber(at) ? ' class="number"' : '')
  const heads = columns.map((column, at) => `<th scope="col"${kind(at)}>${plain(column)}</th>`).join('')
  const body = rows.map((row) => {
    const cells = row.map((value, at) => `<td${kind(at)}>${plain(String(value))}</td>`).join('')
    return `<tr>${cells}${bars === undefined ? '' : bar(Number(row[bars]), most)}</tr>`
  })
  const barHead = bars === undefined ? '' : '<th class="bar"></th>'
  return `<h2>${plain(title)}</h2>
<table><thead><tr>${heads}${barHead}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
}

function bar(value: number, most: number): string {
  const width = Math.round((100 * value) / most)
  return `<td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="10"/></svg></td>`
}

const plain = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
