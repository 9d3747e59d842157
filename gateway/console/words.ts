/**
 * The chosen language, and how words, times and lengths are said in it.
 *
 * Times are shown as the box wrote them, with the offset of the street, not of the reader's machine.
 */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { GRADE_WORDS } from '../alerts/grade-words.ts'
import { type Language, STRINGS, type StringKey } from './strings.ts'

const STORED = 'lushao.language'

export interface Words {
  readonly language: Language
  readonly t: (key: StringKey, values?: Record<string, string>) => string
  /** A word of a closed list, such as `state.VERIFIED`; a word we do not know is shown as it came. */
  readonly term: (list: string, word: string) => string
}

export function wordsOf(language: Language): Words {
  const say = (key: StringKey) => STRINGS[key][language]
  return {
    language,
    t: (key, values = {}) => say(key).replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
    term: (list, word) => {
      const key = `${list}.${word}`
      return key in STRINGS ? say(key as StringKey) : word
    },
  }
}

export const WordsContext = createContext<Words>(wordsOf('zh'))
export const useWords = (): Words => useContext(WordsContext)

export function chosenLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(STORED, language)
}

/** `10:03:00` of `2026-01-01T10:03:00.000+08:00`. */
export const timeOf = (iso: string): string => iso.slice(11, 19)
const dayOf = (iso: string): string => iso.slice(0, 10)
export const momentOf = (iso: string): string => `${dayOf(iso)} ${timeOf(iso)}`

/** A moment that a device wrote in an offset of its own, as the street has it: with the offset of `like`. */
export function momentLike(iso: string, like: string): string {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(like) ?? []
  const offsetMs = (sign === '-' ? -60_000 : 60_000) * (60 * Number(hours) + Number(minutes))
  const wallMs = Date.parse(iso)
  return Number.isNaN(wallMs) ? iso : momentOf(new Date(wallMs + offsetMs).toISOString())
}

/** `2时05分`, `3分04秒`: the two largest units, for people. */
export function lengthOf(seconds: number, language: Language): string {
  const whole = Math.round(seconds)
  const units: [size: number, zh: string, en: string][] = [
    [3600, '时', ' h'],
    [60, '分', ' min'],
    [1, '秒', ' s'],
  ]
  const largest = units.findIndex(([size]) => whole >= size)
  const said = units.slice(largest < 0 ? 2 : largest).slice(0, 2)
  const parts = said.flatMap(([size, zh, en], place) => {
    const larger = said[place - 1]?.[0] ?? Number.POSITIVE_INFINITY
    const count = Math.floor((whole % larger) / size)
    return count === 0 && place > 0 ? [] : [`${count}${language === 'zh' ? zh : en}`]
  })
  return parts.join(language === 'zh' ? '' : ' ')
}

/** `00:03:04`: a moment of a film. */
export const clockOf = (sec: number): string =>
  new Date(Math.max(0, Math.round(sec)) * 1000).toISOString().slice(11, 19)

/** How well a film fits an act, in words; the box links from 0.65 on and suggests from 0.45 on unless told otherwise. */
export function fitOf(score: number): StringKey {
  if (score >= 0.85) return 'fit.well'
  if (score >= 0.65) return 'fit.good'
  return score >= 0.45 ? 'fit.perhaps' : 'fit.little'
}

/** `12.4 MB`: sizes of films, for people. */
export function bytesOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`
}

/** Reasons for a grade come from the box as English sentences of a closed list; the list knows them in Chinese too. */
export function gradeReason(reason: string, language: Language): string {
  if (language === 'en') return reason
  for (const { en, zh } of Object.values(GRADE_WORDS)) {
    const [before, after] = en.split('{value}') as [string, string?]
    if (after === undefined && reason === en) return zh
    if (after === undefined || !reason.startsWith(before) || !reason.endsWith(after)) continue
    return zh.replace('{value}', reason.slice(before.length, reason.length - after.length))
  }
  return reason
}
