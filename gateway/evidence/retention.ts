/**
 * How long what is kept is kept: classes with a minimum and a maximum in days, and the one decision whether a thing
 * may go now [R70].
 *
 *     END … CLOSED ──────── min ─────────────────── max ───────▶ days
 *            │   never goes  │  by two people, or    │  goes by itself
 *            ▼               │  when the disk is low │
 *        clock starts        ▼                       ▼
 *     held, case open, not acknowledged: never, whatever the age
 *
 * The class follows from what people made of the act and is noted beside the package, never in it. A configuration
 * may keep longer than the law asks for, not shorter: below the floor it is refused.
 */
import { z } from 'zod'

export const RETENTION_CLASSES = [
  'standard',
  'rejected',
  'case',
  'incident',
  'bodycam',
  'audio',
  'log',
] as const
export type RetentionClass = (typeof RETENTION_CLASSES)[number]

interface ClassFacts {
  /** The law lets nobody keep it shorter, days. */
  readonly floorDays: number
  readonly basis: string
  readonly en: string
  readonly zh: string
}

/** Ends in the class of the strictest law that applies; `domain.md` 2.1, 2.3, 2.4, 2.7. */
export const CLASS_FACTS: Readonly<Record<RetentionClass, ClassFacts>> = {
  standard: {
    floorDays: 30,
    basis: '公共安全视频图像信息系统管理条例 第十七条；个人信息保护法 第十九条',
    en: 'acts that ended without a case',
    zh: '未立案事件',
  },
  rejected: {
    floorDays: 30,
    basis: '公共安全视频图像信息系统管理条例 第十七条；个人信息保护法 第十九条',
    en: 'suspicions that a person dismissed',
    zh: '作废（误报）事件',
  },
  case: {
    floorDays: 730,
    basis: '行政处罚法 第三十六条、第四十七条',
    en: 'acts that became a case; days count from its end',
    zh: '立案事件，自结案起计',
  },
  incident: {
    floorDays: 180,
    basis: '执法冲突与重大事件长期保存（执法音视频记录管理）',
    en: 'major incidents and conflicts',
    zh: '重大事件与执法冲突',
  },
  bodycam: {
    floorDays: 180,
    basis: '执法音视频记录保存不少于六个月',
    en: 'recordings of body-cams',
    zh: '执法记录仪记录',
  },
  audio: {
    floorDays: 30,
    basis: '上海市浦东新区城市管理领域非现场执法规定 第十五条（劝导留痕）',
    en: 'sound of notices',
    zh: '劝导音频',
  },
  log: {
    floorDays: 180,
    basis: '网络安全法 第二十一条（日志不少于六个月）',
    en: 'logs of access and of purges',
    zh: '访问与清除日志',
  },
}

const span = (minDays: number, maxDays: number | null, what: string) =>
  z
    .strictObject({
      minDays: z.int().min(0).max(36_500).default(minDays).describe('Nothing of it goes before (days).'),
      maxDays: z
        .int()
        .min(0)
        .max(36_500)
        .nullable()
        .default(maxDays)
        .describe('It goes by itself after (days); null: never.'),
    })
    .prefault({})
    .describe(what)

export const RetentionOptions = z.strictObject({
  standard: span(
    30,
    90,
    'Acts without a case, from their closing on. Floor 30 days: 公共安全视频图像信息系统管理条例 Art. 17.',
  ),
  rejected: span(
    30,
    60,
    'Dismissed suspicions, from their closing on. Floor 30 days, as above; then gone soon (PIPL Art. 19).',
  ),
  case: span(
    730,
    3_650,
    'Acts that became a case, from the end of the case on. Floor 2 years: 行政处罚法 Art. 36, 47; objections need it.',
  ),
  incident: span(
    1_095,
    null,
    'Major incidents and conflicts. Floor 180 days; kept for ever unless told otherwise.',
  ),
  bodycam: span(
    180,
    365,
    'Recordings of body-cams, from their collection on. Floor 6 months, police practice.',
  ),
  audio: span(
    180,
    365,
    'Sound of notices, from its act’s closing on. It proves that people were spoken to first.',
  ),
  log: span(
    180,
    null,
    'Logs of access. Floor 6 months: 网络安全法 Art. 21. The box itself never shortens them.',
  ),
  everyMin: z
    .int()
    .min(1)
    .max(1_440)
    .default(10)
    .describe('How often (minutes) it is looked for what is past its time.'),
  roundMax: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe(
      'At most so many are looked at in one round, so that a purge never gets in the way of an alert.',
    ),
})
export type RetentionOptions = z.infer<typeof RetentionOptions>
export type RetentionSpan = RetentionOptions[RetentionClass]

/** What people made of an act, as far as its evidence's time depends on it. */
export interface EventLife {
  /** Null: nobody has closed it. */
  readonly closedAtMs: number | null
  readonly rejected: boolean
  /** It was filed, suggested or has a number in the case system. */
  readonly hasCase: boolean
  /** The case system has not said that it is over. */
  readonly caseOpen: boolean
  readonly incident: boolean
  readonly held: boolean
}

/** The strictest class that fits. */
export function classOf(life: Pick<EventLife, 'incident' | 'hasCase' | 'rejected'>): RetentionClass {
  if (life.incident) return 'incident'
  if (life.hasCase) return 'case'
  return life.rejected ? 'rejected' : 'standard'
}

/** due: past its maximum; early: two people want it gone; pressure: the disk is low. */
export type PurgeCause = 'due' | 'early' | 'pressure'

export interface PurgeSubject {
  readonly held: boolean
  /** From when on the days count; null: the act is not over. */
  readonly clockStartMs: number | null
  readonly caseOpen: boolean
  /** The platform has not acknowledged it, or it was not delivered yet. */
  readonly owed: boolean
  /** The newest of the chain: the next package names it. */
  readonly newest: boolean
}

export type PurgeRefusal =
  | 'EVIDENCE_HELD'
  | 'EVIDENCE_OPEN'
  | 'EVIDENCE_CASE_OPEN'
  | 'EVIDENCE_OWED'
  | 'EVIDENCE_NEWEST'
  | 'EVIDENCE_TOO_YOUNG'

export type Decision =
  | { readonly goes: true }
  /** `fromMs`: when age alone would no longer refuse it; null: age is not the reason, or it never goes by itself. */
  | { readonly goes: false; readonly refusal: PurgeRefusal; readonly fromMs: number | null }

const DAY_MS = 86_400_000

/** The whole of the law of this house about removal; what is not let go here is not removed anywhere. */
export function decide(
  subject: PurgeSubject,
  { minDays, maxDays }: RetentionSpan,
  nowMs: number,
  cause: PurgeCause,
): Decision {
  const stays = (refusal: PurgeRefusal, fromMs: number | null = null): Decision => ({
    goes: false,
    refusal,
    fromMs,
  })
  if (subject.held) return stays('EVIDENCE_HELD')
  if (subject.clockStartMs === null) return stays('EVIDENCE_OPEN')
  if (subject.caseOpen) return stays('EVIDENCE_CASE_OPEN')
  if (subject.owed) return stays('EVIDENCE_OWED')
  if (subject.newest) return stays('EVIDENCE_NEWEST')
  // A maximum below the minimum is refused by the configuration; should it get here, the later of the two counts.
  const days = cause === 'due' ? (maxDays === null ? null : Math.max(minDays, maxDays)) : minDays
  if (days === null) return stays('EVIDENCE_TOO_YOUNG')
  const fromMs = subject.clockStartMs + days * DAY_MS
  return nowMs >= fromMs ? { goes: true } : stays('EVIDENCE_TOO_YOUNG', fromMs)
}

export interface BelowFloor {
  readonly name: RetentionClass
  readonly key: 'minDays' | 'maxDays'
  readonly days: number
  readonly allowed: string
  readonly basis: string
}

/** What of a configuration keeps shorter than the law, or says a maximum before its minimum. */
export function belowFloor(options: RetentionOptions): BelowFloor[] {
  return RETENTION_CLASSES.flatMap((name) => {
    const { floorDays, basis } = CLASS_FACTS[name]
    const { minDays, maxDays } = options[name]
    const found: BelowFloor[] = []
    if (minDays < floorDays)
      found.push({ name, key: 'minDays', days: minDays, allowed: `≥ ${floorDays}`, basis })
    const least = Math.max(minDays, floorDays)
    if (maxDays !== null && maxDays < least)
      found.push({ name, key: 'maxDays', days: maxDays, allowed: `≥ ${least}`, basis })
    return found
  })
}
