/**
 * Cameras being set up, as people see it; the wiring fits by shape.
 *
 *     address ─▶ CameraProbe ─▶ suggestions, changed by people ─▶ NewCamera ─▶ proposal ─▶ a second person ─▶ SetupCamera
 */
import type { Box } from '../kit/geometry.ts'
import type { ConfigCheck } from './place-views.ts'
import type { FaultBody } from './replies.ts'

export interface CameraLogin {
  readonly user: string
  readonly password: string
}

export interface ProbeWish {
  readonly url: string
  readonly login: CameraLogin | null
  readonly transport: 'tcp' | 'udp'
}

export type SuggestionReason =
  | 'TCP_KEEPS_ALL'
  | 'UDP_AS_ASKED'
  | 'LARGE_PICTURE'
  | 'ONE_STREAM_DOES'
  | 'ZONES_NEED_FIXED'

export interface Suggestion {
  readonly setting: 'transport' | 'analysisUrl' | 'deviceKind'
  readonly value: string
  readonly reason: SuggestionReason
  /** What was measured, where the reason speaks of it. */
  readonly shown: string
}

export interface CameraProbe {
  readonly host: string
  readonly codec: string
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly kbps: number
  readonly gopSec: number
  /** Only one key picture came: they are at least so far apart. */
  readonly gopIsLonger: boolean
  readonly seconds: number
  readonly audio: string | null
  readonly notes: readonly FaultBody[]
  readonly suggestions: readonly Suggestion[]
  /** JPEG, base64; null when none could be decoded. */
  readonly picture: string | null
}

/** What is put into the file; the password goes into one of its own. */
export interface NewCamera {
  readonly id: string
  readonly name?: string | undefined
  readonly url: string
  readonly analysisUrl?: string | undefined
  readonly transport?: 'tcp' | 'udp' | undefined
  readonly deviceKind?: string | undefined
  readonly address?: string | undefined
}
export interface CameraWish {
  /** Of the configuration that the page was filled in upon. */
  readonly version: number
  readonly camera: NewCamera
  readonly login: CameraLogin | null
}

/** What somebody said of a camera’s view, or what the box noted by itself. */
export const VIEW_WORDS = ['FIRST', 'AGAIN', 'FITS', 'NOT_FIT'] as const
export type ViewWord = (typeof VIEW_WORDS)[number]

export interface ViewRecord {
  readonly record: number
  readonly word: ViewWord
  readonly by: string
  readonly reason: string
  readonly atMs: number
  readonly hasPicture: boolean
  /** What was there as a part of the place. */
  readonly things: readonly { readonly kind: string; readonly box: Box }[]
  /** What had been measured, when the view had moved. */
  readonly move: string
}

export interface SetupCamera {
  readonly id: string
  readonly name: string | null
  readonly status: string
  readonly trouble: FaultBody | null
  readonly view: {
    readonly state: 'UNKNOWN' | 'FITS' | 'MOVED' | 'UNLIKE'
    readonly sinceMs: number | null
    readonly checkedMs: number | null
    /** Per cent of the picture to the right and down, and of the size. */
    readonly across: number | null
    readonly down: number | null
    readonly zoom: number | null
  }
  /** Null while it is being commissioned. */
  readonly commissionedMs: number | null
  /** Newest first. */
  readonly records: readonly ViewRecord[]
}

export interface SetupView {
  readonly version: number
  readonly nextId: string
  readonly cameras: readonly SetupCamera[]
}

export interface TriedPicture {
  readonly model: string
  readonly licence: string
  /** By role; null: not analysed, as the model failed or the background is yet to be learnt. */
  readonly seen: readonly { readonly role: string; readonly count: number }[] | null
  readonly faint: number
  readonly baseline: number
  readonly ms: number
  /** JPEG, base64. */
  readonly picture: string
}

export interface SetupDesk {
  view(): SetupView
  probe(wish: ProbeWish): Promise<CameraProbe>
  check(wish: CameraWish): Promise<ConfigCheck>
  propose(wish: CameraWish & { readonly by: string; readonly reason: string }): Promise<{
    readonly proposal: number
    readonly base: number
    readonly diff: readonly string[]
  }>
  say(wish: {
    readonly camera: string
    readonly word: Exclude<ViewWord, 'FIRST'>
    readonly by: string
    readonly reason: string
  }): Promise<void>
  picture(camera: string, record: number): Buffer
  trial(camera: string, language: 'zh' | 'en'): Promise<readonly TriedPicture[]>
}
