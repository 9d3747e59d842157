/** What a speaker is given to play and what it says back; shared by the adapters. */

export interface Announcement {
  readonly persuasionId: string
  readonly eventId: string
  readonly cameraId: string
  /** `greet-and-guide@1`, or `free-text@1`. */
  readonly script: string
  readonly language: 'zh' | 'en'
  /** 0 … 100. */
  readonly volume: number
  readonly wav: Buffer
  readonly sha256: string
  readonly sm3: string
  /** Where the same bytes lie on the box. */
  readonly file: string
}

export interface Played {
  /** When the speaker began, by its own word. */
  readonly playedAtMs: number
  readonly durationSec: number
}

export interface Speaker {
  /** Throws SPEAKER_FAILED with the reason. */
  play(announcement: Announcement): Promise<Played>
  close(): Promise<void>
}

export interface SpeakerParts {
  readonly id: string
  readonly fetch: typeof fetch
  readonly wallMs: () => number
  /** Broker of this gateway, for speakers that hang on it. */
  readonly broker: {
    readonly url: string
    readonly username?: string | undefined
    readonly password?: string | undefined
  }
  /** Topic below which speakers of this gateway speak. */
  readonly topicRoot: string
}

/** Seconds that a WAV lasts, from its header; 0 when there is none. */
export function wavSeconds(wav: Buffer): number {
  if (wav.length < 44 || wav.toString('latin1', 0, 4) !== 'RIFF') return 0
  const bytesPerSec = wav.readUInt32LE(28)
  return bytesPerSec === 0 ? 0 : Math.round(((wav.length - 44) / bytesPerSec) * 1000) / 1000
}
