/**
 * The facts a grade, a leniency hint and a legal-review hint may rest on, in words: a closed list, both languages.
 *
 *     {code: 'CLUSTER', value: 9} ─▶ 聚集，共 9 个目标 │ cluster of 9
 */
import type { Language } from '../kit/errors.ts'
import type { GradeFact } from '../violations/event.ts'

interface Words {
  readonly en: string
  readonly zh: string
}

/** `satisfies` closes the list: a code that is not here cannot be given as a reason. */
export const GRADE_WORDS = {
  EDUCATION_ONLY: { en: 'zone in its time of education: recorded only', zh: '区域处于宣传教育期，仅记录' },
  RULE_GRADE: { en: 'the catalogue begins this rule at {value}', zh: '目录规定该情形从 {value} 起' },
  ATTENDED: { en: 'somebody is there to be spoken to', zh: '有人在场，可当面劝导' },
  UNATTENDED: { en: 'nobody stands by', zh: '无人看守' },
  FIRST_AT_PLACE: {
    en: 'first here: nothing verified in {value} days',
    zh: '此处首次：{value} 天内无已核实记录',
  },
  REPEATED: { en: 'verified here {value} time(s) before', zh: '此处此前已核实 {value} 次' },
  NOTICES: { en: 'goes on after {value} notice(s)', zh: '提醒 {value} 次后仍在持续' },
  CLUSTER: { en: 'cluster of {value}', zh: '聚集，共 {value} 个目标' },
  CROWD: { en: 'crowd of {value}', zh: '人群聚集，共 {value} 个目标' },
  OPEN_FIRE: { en: 'open fire', zh: '有明火' },
  FIRE_OR_SMOKE: { en: 'fire or smoke is seen', zh: '画面有火焰或烟雾' },
  SENSITIVE_GROUND: { en: 'sensitive ground: {value}', zh: '敏感区域：{value}' },
  ZONE_UPLIFT: { en: 'the zone lifts the grade by {value}', zh: '区域加重 {value} 级' },
  SCHOOL_NEAR: { en: '{value} m from a school gate', zh: '距校门 {value} 米' },
  WAY_BLOCKED: { en: 'takes {value} m of the way at least', zh: '至少占用通道 {value} 米' },
  CHANGED_BY: { en: 'changed by {value}', zh: '由 {value} 调整' },
  MAJOR_INCIDENT: { en: 'major incident: {value}', zh: '重大事件：{value}' },
} as const satisfies Record<string, Words>
export type GradeCode = keyof typeof GRADE_WORDS

export const LENIENCY_WORDS = {
  ON_MINOR_LIST: { en: 'on the list of minor acts', zh: '属轻微不罚清单' },
  ON_FIRST_LIST: { en: 'on the list of first-time waivers', zh: '属首违免罚清单' },
  ON_NO_LIST: { en: 'on no list', zh: '不在清单内' },
  MINOR: { en: 'minor', zh: '情节轻微' },
  NOT_MINOR: { en: 'not minor', zh: '情节不属轻微' },
  FIRST: { en: 'first here', zh: '此处首次' },
  REPEATED: { en: 'repeated here', zh: '此处再次' },
  HISTORY_UNKNOWN: { en: 'not known whether it is the first', zh: '是否首次未知' },
  CORRECTED_IN_TIME: { en: 'corrected in time', zh: '及时改正' },
  CORRECTED_LATE: { en: 'corrected after the deadline', zh: '逾期改正' },
  NOT_CORRECTED: { en: 'not corrected so far', zh: '尚未改正' },
} as const satisfies Record<string, Words>
export type LeniencyCode = keyof typeof LENIENCY_WORDS

export function wordsOfFact({ code, value }: GradeFact, language: Language): string {
  const words: Words | undefined = GRADE_WORDS[code as GradeCode]
  return (words?.[language] ?? code).replace('{value}', String(value ?? ''))
}

export function wordsOfLeniency(code: string, language: Language): string {
  const words: Words | undefined = LENIENCY_WORDS[code as LeniencyCode]
  return words?.[language] ?? code
}
