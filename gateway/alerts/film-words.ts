/** Why a film is linked to an act, in words: a closed list, both languages. */
import type { Language } from '../kit/errors.ts'

const FILM_WORDS = {
  FOUND_IN_IT: { en: 'the act was found in this very film', zh: '该行为即由本段录像识别得出' },
  NAMED_ON_SITE: { en: 'named by whoever was on site', zh: '现场处置时已指明本段录像' },
  TIME_SHARED: { en: '{value} s at the same time', zh: '同一时段 {value} 秒' },
  CLOCK_UNSURE: {
    en: 'the recorder’s clock was not compared: up to {value} s either way',
    zh: '记录仪时钟未校对，前后可差 {value} 秒',
  },
  PLACE_NEAR: { en: 'as near as {value} m', zh: '最近相距 {value} 米' },
  PLACE_FAR: { en: '{value} m away where its place is known', zh: '已知位置相距 {value} 米' },
  PLACE_UNKNOWN: { en: 'no place to compare', zh: '没有可比对的位置' },
  OFFICER_SENT: { en: '{value} was sent there', zh: '{value} 受派前往' },
  OFFICER_ON_SITE: { en: '{value} was on site', zh: '{value} 在现场处置' },
  ON_DUTY: { en: '{value} was on duty', zh: '{value} 当班' },
  PEOPLE_IN_VIEW: { en: 'people or carriers were seen in it', zh: '画面中见到人员或载具' },
  NOBODY_FOUND: { en: 'analysed; no people or carriers were found', zh: '已分析，未识别到人员或载具' },
  NOT_ANALYSED: { en: 'what it shows was not analysed', zh: '画面内容未经分析' },
  RIVAL: {
    en: 'fits alert {value} about as well: a person decides',
    zh: '与告警 {value} 同样相符，须由人员判断',
  },
  PERSON: { en: 'said by {value}', zh: '由 {value} 认定' },
} as const satisfies Record<string, { en: string; zh: string }>
export type FilmCode = keyof typeof FILM_WORDS

interface Said {
  readonly code: FilmCode
  readonly value?: string | number
}

export function filmWords({ code, value }: Said, language: Language): string {
  return FILM_WORDS[code][language].replace('{value}', String(value ?? ''))
}
