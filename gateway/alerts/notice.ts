/**
 * What a notice needs of the rest of the house: who can make it heard, what is around the act, who asks for it.
 *
 * The gateway puts these together from its configuration; a test from what it likes.
 */
import type { LadderStep } from '../violations/catalogue.ts'
import type { NearestPoint } from './nearest-point.ts'
import type { SpeakerLimits } from './notice-limits.ts'
import type { AudioRef, PersuasionChannel, PersuasionRecord } from './persuasion-record.ts'
import type { Language } from './scripts.ts'

/** What an adapter says when a notice is out. */
export interface Announced {
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly receipt: string | null
  readonly audioRef: AudioRef | null
  /** What was in fact said: a recording has words of its own. */
  readonly text: string
}

export interface SpeakerView extends SpeakerLimits {
  readonly id: string
}

/** What makes notices heard; throws faults. */
export interface NoticeChannels {
  /** Speakers that are heard in a camera's picture, the preferred one first. */
  speakers(cameraId: string): readonly SpeakerView[]
  hasWebhook(channel: 'SMS' | 'CALL'): boolean
  announce(record: PersuasionRecord): Promise<Announced>
  send(record: PersuasionRecord, contactRef: string): Promise<Announced>
}

type Bilingual = Readonly<Record<Language, string>>

/** What is around an act when somebody is spoken to. */
export interface NoticeScene {
  readonly place: Bilingual
  readonly rule: Bilingual
  readonly ladder: readonly LadderStep[]
  /** Where the shop's telephone number is known by this name; null without shop. */
  readonly contactRef: string | null
  readonly nearest: NearestPoint | null
  /** Unreviewed scripts are heard in test mode only. */
  readonly isTest: boolean
}

/** What the register knows of a person. */
export interface NoticePerson {
  readonly role: string
  /** An officer whose certificate is valid today. */
  readonly isCertified: boolean
}

export interface PersuasionWish {
  readonly eventId: string
  readonly channel?: PersuasionChannel | undefined
  readonly scriptId?: string | undefined
  /** Instead of a script; passes the forbidden-phrase check. */
  readonly text?: string | undefined
  readonly language?: Language | undefined
  /** An order to correct; only a certified officer may issue one. */
  readonly order?: boolean | undefined
  /** Id of the person; null: the policy. */
  readonly by: string | null
  readonly commandId?: string | undefined
}
