/**
 * The script library: what may be said in the street, word for word, by whom it was read before.
 *
 *     script + values ─▶ [R24] greeting first ─▶ placeholders, `[…]` left out when a value is missing ─▶ text
 *     free text       ─▶ greeting first       ─▶ [R23] forbidden phrases? ─yes─▶ TEXT_FORBIDDEN, nothing is said
 *
 * Forbidden words (执法忌语) are data: rude, threatening, shaming or naming a person, or reading like an order. The
 * last are free only in a text that a certified officer issues as an order [R21].
 */
import { z } from 'zod'
import { fault } from '../kit/errors.ts'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const PLACEHOLDERS = ['org', 'place', 'rule', 'nearestPoint', 'distanceM', 'hours', 'deadlineMin'] as const
export type ScriptValues = Readonly<Partial<Record<(typeof PLACEHOLDERS)[number], string>>>

/** Said before everything: who speaks, and politely. */
const GREETING = {
  zh: /^您好，我是.*城管/,
  en: /^(?:Hello|Good (?:morning|afternoon|evening)), this is /,
} as const

const Text = z
  .string()
  .min(1)
  .max(600)
  .refine((text) => namesIn(text).every((name) => (PLACEHOLDERS as readonly string[]).includes(name)), {
    error: PLACEHOLDERS.map((name) => `{${name}}`).join(' '),
  })

const Texts = z.strictObject({ zh: Text.describe('Mandarin.'), en: Text.describe('English.') })

const Script = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .describe('Name that a ladder uses.'),
  /** Stands in every record of what was said [R25]. */
  version: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,40}$/)
    .describe('Version of the words; it stands in every record.'),
  reviewed: z.boolean().describe('Whether the words were reviewed. Others are heard in test mode only.'),
  reviewedBy: z.array(z.string().min(1).max(80)).max(10).default([]).describe('Who reviewed them.'),
  text: Texts.describe(
    'What is said after the greeting. What stands in […] is left out when a value is missing.',
  ),
})

const Forbidden = z.strictObject({
  kind: z
    .enum(['RUDE', 'THREAT', 'SHAMING', 'ORDER'])
    .describe('Why. ORDER: free in an order of a certified officer, forbidden otherwise.'),
  phrases: z.array(z.string().min(1).max(60)).max(300).default([]).describe('Words, spaces and signs aside.'),
  patterns: z
    .array(z.string().min(1).max(200).refine(isPattern, { error: 'a regular expression', abort: true }))
    .max(60)
    .default([])
    .describe('Regular expressions, for what has no fixed words: plates, numbers, names.'),
})

export const ScriptLibrary = z
  .strictObject({
    library: z.string().min(1).max(80).describe('Name of the library.'),
    version: z.string().min(1).max(40).describe('Version, chosen by its keepers.'),
    sample: z.boolean().default(false).describe('True for the library shipped as a sample.'),
    greeting: z
      .strictObject({
        zh: Text.regex(GREETING.zh, '您好，我是{org}城管…'),
        en: Text.regex(GREETING.en, 'Hello, this is …'),
      })
      .describe('Comes before every script and every free text: greeting and identity.'),
    forbidden: z.array(Forbidden).max(20).default([]).describe('Words that are never said.'),
    scripts: z.array(Script).min(1).max(200),
  })
  .superRefine(({ scripts, forbidden }, context) => {
    for (const [at, { text }] of scripts.entries()) {
      for (const language of LANGUAGES) {
        if (forbiddenIn(forbidden, text[language], false).length === 0) continue
        const path = ['scripts', at, 'text', language]
        context.addIssue({
          code: 'custom',
          path,
          message: 'forbidden',
          params: { fault: 'SCRIPT_FORBIDDEN' },
        })
      }
    }
  })
export type ScriptLibrary = z.infer<typeof ScriptLibrary>
export type Script = ScriptLibrary['scripts'][number]

/** Throws SCRIPT_UNKNOWN. */
export function scriptOf(library: ScriptLibrary, scriptId: string): Script {
  const script = library.scripts.find(({ id }) => id === scriptId)
  if (script !== undefined) return script
  const known = library.scripts.map(({ id }) => id).join(', ')
  throw fault('SCRIPT_UNKNOWN', { script: scriptId, known })
}

/** The words of a script. */
export function composeScript(
  library: ScriptLibrary,
  script: Script,
  language: Language,
  values: ScriptValues,
): string {
  return joined(
    [library.greeting[language], script.text[language]].map((part) => filled(part, values)),
    language,
  )
}

/** A person's own words, behind the greeting. Throws TEXT_FORBIDDEN. */
export function composeFreeText(
  library: ScriptLibrary,
  text: string,
  language: Language,
  { values, isOrder }: { readonly values: ScriptValues; readonly isOrder: boolean },
): string {
  const found = forbiddenIn(library.forbidden, text, isOrder)
  if (found.length > 0) throw fault('TEXT_FORBIDDEN', { phrases: found.join(', ') })
  const greeted = GREETING[language].test(text) ? '' : filled(library.greeting[language], values)
  return joined([greeted, text.trim()], language)
}

/** Values in their places; what stands in […] goes when one of its values is missing. */
function filled(text: string, values: ScriptValues): string {
  const said = (name: string) => values[name as keyof ScriptValues] ?? ''
  return text
    .replace(/\[([^\]]*)\]/g, (_, part: string) => (namesIn(part).every(said) ? part : ''))
    .replace(/\{(\w+)\}/g, (_, name: string) => said(name))
}

/** Chinese sentences follow each other without a space. */
function joined(parts: readonly string[], language: Language): string {
  const said = parts.map((part) => part.trim()).filter((part) => part !== '')
  return said.join(language === 'zh' ? '' : ' ').replace(/ {2,}/g, ' ')
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!)
}

/** What of a text is forbidden, as it is listed. Spaces, signs and width do not hide a word. */
function forbiddenIn(forbidden: ScriptLibrary['forbidden'], text: string, isOrder: boolean): string[] {
  const plain = text.normalize('NFKC').toLowerCase()
  const bare = plain.replace(/[^\p{L}\p{N}]+/gu, '')
  const spaced = ` ${plain.replace(/[^\p{L}\p{N}']+/gu, ' ')} `
  return forbidden.flatMap(({ kind, phrases, patterns }) => {
    if (kind === 'ORDER' && isOrder) return []
    const said = phrases.filter((phrase) =>
      /\p{Script=Han}/u.test(phrase) ? bare.includes(phrase) : spaced.includes(` ${phrase.toLowerCase()} `),
    )
    const shaped = patterns.filter(
      (pattern) => new RegExp(pattern, 'u').test(plain) || new RegExp(pattern, 'u').test(bare),
    )
    return [...said, ...(shaped.length > 0 ? [kind] : [])]
  })
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== ''
  } catch {
    return false // What cannot be compiled is refused with its place in the file.
  }
}
