/**
 * Which profile hides what: one table, and the words that go with every export. [R73]
 *
 *                masks   heads of people   vehicles, plates   what else moves   without a detector
 *     EVIDENCE    ■            ·              ·                   ·            the same
 *     INTERNAL    ■            ■              those that move     ■            all that moves is hidden, the rest coarse
 *     PUBLIC      ■            ■              ■                   ■            all that moves is hidden, the rest coarse
 *
 * Hiding too much is right, showing a face is wrong: what nobody can name is hidden whole. Nobody is recognised here
 * and no trait is inferred: a head is the upper part of a person's box, whoever that is [R83].
 */
import { z } from 'zod'

export const PROFILES = ['EVIDENCE', 'INTERNAL', 'PUBLIC'] as const
export const Profile = z.enum(PROFILES)
export type Profile = z.infer<typeof Profile>

export interface Hides {
  readonly heads: boolean
  /** Whole vehicles and two-wheelers: their plates may be anywhere on them, and faces behind the glass. */
  readonly vehicles: boolean
  /** What moves or was put there meanwhile, and is no body whose head is known. */
  readonly moving: boolean
  /** Without a detector a person who never moves cannot be told from a lamp post: then nothing is shown sharp. */
  readonly coarseWithoutDetector: boolean
  /** Sounds of notices go along. Footage never has sound in an export. */
  readonly sound: boolean
}

export const HIDES: Readonly<Record<Profile, Hides>> = {
  EVIDENCE: { heads: false, vehicles: false, moving: false, coarseWithoutDetector: false, sound: true },
  INTERNAL: { heads: true, vehicles: false, moving: true, coarseWithoutDetector: true, sound: true },
  PUBLIC: { heads: true, vehicles: true, moving: true, coarseWithoutDetector: true, sound: false },
}

/** What the one who hands it on must still look for. Machines find people and vehicles, not what is written. */
export const NOT_COVERED: Readonly<Record<Profile, { readonly en: string; readonly zh: string }>> = {
  EVIDENCE: {
    en: 'Only the privacy masks of the camera are hidden. Faces, plates and names are visible: for case handling only.',
    zh: '仅遮挡摄像机隐私区；人脸、车牌、名称均可见，仅限办案使用。',
  },
  INTERNAL: {
    en: 'Plates of parked vehicles, people behind glass, shop signs, names of organisations and licences are visible; bodies, clothes and gait too. Somebody small, hidden in part or never moving may have been missed: look before handing it on.',
    zh: '停放车辆的车牌、车窗内的人、店招、单位名称和证照可见，体貌、衣着、步态亦可见。过小、被遮挡或始终不动的人可能漏遮，转交前请人工查看。',
  },
  PUBLIC: {
    en: 'Names of organisations, shop signs and licences are not hidden, nor bodies, clothes and gait, nor time and place that a camera writes into its picture. Somebody small, hidden in part or never moving may have been missed: people must look at every picture before it is published (Art. 22 of the Regulation on Public Security Video).',
    zh: '单位名称、店招、证照未遮挡，体貌、衣着、步态以及摄像机叠加的时间地点亦未遮挡。过小、被遮挡或始终不动的人可能漏遮；公开前须逐幅人工查看（《公共安全视频图像信息系统管理条例》第二十二条）。',
  },
}

export const RedactionOptions = z.strictObject({
  looksPerSec: z
    .number()
    .min(1)
    .max(25)
    .default(5)
    .describe(
      'How often a second of footage a detector looks for people and vehicles; in between their way is known.',
    ),
  keepDays: z
    .int()
    .min(0)
    .max(90)
    .default(7)
    .describe('How long (days) a finished export stays to be fetched again. It can always be made anew.'),
  exportsMax: z.int().min(1).max(10_000).default(100).describe('Most exports kept; the oldest goes first.'),
  queueMax: z
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe(
      'Exports that may wait: one is made at a time, with low priority, and takes about its own length.',
    ),
  waitSec: z
    .int()
    .min(0)
    .max(60)
    .default(20)
    .describe('How long (s) a request waits for its export before it is told to ask again.'),
})
export type RedactionOptions = z.infer<typeof RedactionOptions>
