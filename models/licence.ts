/**
 * What a model's licence asks of whoever runs it: an SPDX expression, read, each demand a code of the catalogue.
 *
 *     'Apache-2.0'                     asks nothing worth a line
 *     'AGPL-3.0-only'                  MODEL_LICENCE_NETWORK_COPYLEFT
 *     'MIT OR GPL-3.0-only'            nothing: the operator may take the first
 *     'CC-BY-SA-4.0 AND LicenseRef-x'  MODEL_LICENCE_SHARE_ALIKE, MODEL_LICENCE_OWN_TERMS
 *
 * A licence that is not known here counts as terms of its own: somebody has to read it.
 */
import type { FaultCode } from '../gateway/kit/catalogue.ts'
import { type Fault, fault } from '../gateway/kit/errors.ts'

const SILENT = new Set(
  [
    ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC0-1.0', 'CC-BY-3.0', 'CC-BY-4.0'],
    ...['ISC', 'MIT', 'MIT-0', 'MulanPSL-2.0', 'PDDL-1.0', 'Unlicense', 'Zlib'],
  ].map((id) => id.toLowerCase()),
)
const ASKING: readonly (readonly [pattern: RegExp, code: FaultCode])[] = [
  [/(?:^|-)nc(?:-|$)|noncommercial/i, 'MODEL_LICENCE_NON_COMMERCIAL'],
  [/^agpl-/i, 'MODEL_LICENCE_NETWORK_COPYLEFT'],
  [/^[lag]?gpl-|^(?:mpl|epl|eupl)-/i, 'MODEL_LICENCE_COPYLEFT'],
  [/^cc-by(?:-nc)?-sa-|^odbl-/i, 'MODEL_LICENCE_SHARE_ALIKE'],
]

/** One fault a demand, to be shown and never thrown; none for licences that ask nothing. */
export function licenceAsks(model: { readonly name: string; readonly licence: string }): Fault[] {
  const codes = new Set(asksOf(model.licence.replace(/[()]/g, ' $& ').split(/\s+/).filter(Boolean)))
  return [...codes].map((code) => fault(code, { model: model.name, licence: model.licence }))
}

/** An expression of SPDX: OR binds loosest, then AND; WITH names an exception and eases nothing here. */
function asksOf(tokens: readonly string[]): FaultCode[] {
  const choices = splitAt(tokens, 'OR').map((choice) =>
    splitAt(choice, 'AND').flatMap((part) =>
      part[0] === '(' ? asksOf(part.slice(1, -1)) : asksOfOne(part[0]),
    ),
  )
  return choices.reduce((least, asks) => (asks.length < least.length ? asks : least))
}

/** Splits at a word that stands outside of all parentheses. */
function splitAt(tokens: readonly string[], word: string): string[][] {
  const parts: string[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (depth === 0 && token.toUpperCase() === word) parts.push([])
    else parts.at(-1)!.push(token)
  }
  return parts
}

function asksOfOne(id = ''): FaultCode[] {
  const codes = ASKING.filter(([pattern]) => pattern.test(id)).map(([, code]) => code)
  // AGPL is GPL too; the stronger demand says it all.
  if (codes[0] === 'MODEL_LICENCE_NETWORK_COPYLEFT') return [codes[0]]
  if (codes.length > 0) return codes
  return SILENT.has(id.toLowerCase()) ? [] : ['MODEL_LICENCE_OWN_TERMS']
}
