/**
 * Names of recordings that say whose they are: a pattern with fields, no regular expression of a stranger's.
 *
 *     {deviceSerial}_{userNo}_{startAt:yyyyMMddHHmmss}_{*}     DSJ0001_310001_20260105100000_0001.MP4
 *
 * A field ends where the letter that follows it in the pattern comes first, or has a fixed length (`{deviceSerial:7}`): a
 * name is read once, from left to right. The extension does not count.
 */
import { z } from 'zod'
import { assert } from '../../gateway/kit/assert.ts'
import { isoTime } from '../../gateway/kit/clock.ts'

const NAMED_FIELDS = [
  ...(['deviceSerial', 'userNo', 'userName', 'unitNo', 'unitName', 'startAt'] as const),
  ...(['uniqueId', 'originalDeviceId'] as const),
] as const
const NAME_LENGTH_MAX = 200
const FIXED_MAX = 64
const TIME_PARTS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const

interface Field {
  readonly name: string
  readonly format: string | null
}
type Piece = string | Field

export const NamePattern = z
  .string()
  .min(3)
  .max(NAME_LENGTH_MAX)
  .refine((pattern) => faultOf(piecesOf(pattern)) === null, {
    error: ({ input }) => faultOf(piecesOf(String(input))) ?? 'unreadable',
  })

/** @returns what the name says; null when it is not of this pattern */
export function readName(
  pattern: string,
  fileName: string,
  offsetMinutes: number,
): Record<string, string> | null {
  const pieces = piecesOf(pattern)
  assert(faultOf(pieces) === null, 'patterns are checked with the configuration')
  const match = new RegExp(`^${pieces.map(sourceOf).join('')}$`, 'u').exec(stemOf(fileName))
  if (match === null || fileName.length > NAME_LENGTH_MAX) return null
  const said: Record<string, string> = {}
  const fields = pieces.filter((piece): piece is Field => typeof piece !== 'string')
  for (const [index, { name, format }] of fields.entries()) {
    const text = match[index + 1]!
    if (name === '*') continue
    const value = name === 'startAt' ? timeOf(text, format ?? '', offsetMinutes) : text.trim()
    if (value === null || value === '') return null
    said[name] = value
  }
  return said
}

/** Without folders and extension. */
function stemOf(fileName: string): string {
  const base = fileName.split(/[\\/]/).at(-1) ?? ''
  return base.replace(/\.[A-Za-z0-9]{1,5}$/, '')
}

function piecesOf(pattern: string): Piece[] {
  return stemOf(pattern)
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, name, format] = /^\{([\w*]+)(?::([^{}]*))?\}$/.exec(piece) ?? []
      return name === undefined ? piece : { name, format: format ?? null }
    })
}

/** What is wrong with a pattern, for who wrote it. */
function faultOf(pieces: readonly Piece[]): string | null {
  const names = new Set<string>()
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      if (/[{}]/.test(piece)) return `a brace without its pair near ${piece}`
      continue
    }
    const { name, format } = piece
    const known = name === '*' || (NAMED_FIELDS as readonly string[]).includes(name)
    if (!known) return `{${name}} is none of * ${NAMED_FIELDS.join(' ')}`
    if (name !== '*' && names.has(name)) return `{${name}} stands there twice`
    names.add(name)
    if (name === 'startAt') {
      const parts = timePartsOf(format ?? '')
      if (!['yyyy', 'MM', 'dd', 'HH', 'mm'].every((part) => parts.includes(part)))
        return '{startAt:…} needs yyyy MM dd HH mm'
    } else if (format !== null) {
      if (!(Number(format) >= 1 && Number(format) <= FIXED_MAX))
        return `{${name}:…} is a length, 1 to ${FIXED_MAX}`
    } else if (typeof pieces[index + 1] === 'object') {
      return `{${name}} and what follows need a letter between them, or {${name}:LENGTH}`
    }
  }
  names.delete('*')
  return names.size === 0 ? 'it names no field' : null
}

/** One way to match at every letter: nothing is tried twice. */
function sourceOf(piece: Piece, index: number, pieces: readonly Piece[]): string {
  if (typeof piece === 'string') return escaped(piece)
  const { name, format } = piece
  if (name === 'startAt') {
    const source = (format ?? '').replace(/yyyy|MM|dd|HH|mm|ss|[^A-Za-z]/g, (part) =>
      part === 'yyyy' ? '\\d{4}' : /[A-Za-z]/.test(part) ? '\\d{2}' : escaped(part),
    )
    return `(${source})`
  }
  if (format !== null) return `(.{${Number(format)}})`
  const next = pieces[index + 1]
  return typeof next === 'string' ? `([^${escaped([...next][0]!)}]*)` : '(.*)'
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const timePartsOf = (format: string): readonly string[] => format.match(/yyyy|MM|dd|HH|mm|ss/g) ?? []

/** The recorder's wall clock, at the place of the box. */
function timeOf(text: string, format: string, offsetMinutes: number): string | null {
  const digits = text.replace(/\D/g, '')
  const values = new Map<string, number>()
  let at = 0
  for (const part of timePartsOf(format)) {
    values.set(part, Number(digits.slice(at, at + part.length)))
    at += part.length
  }
  const [year, month, day, hour, minute, second] = TIME_PARTS.map((part) => values.get(part) ?? 0)
  const localMs = Date.UTC(year!, month! - 1, day, hour, minute, second)
  const isReal =
    new Date(localMs).toISOString().slice(0, 19) ===
    `${pad(year!, 4)}-${pad(month!)}-${pad(day!)}T${pad(hour!)}:${pad(minute!)}:${pad(second!)}`
  return isReal ? isoTime(localMs - offsetMinutes * 60_000, offsetMinutes) : null
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0')
