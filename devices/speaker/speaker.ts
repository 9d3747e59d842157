/**
 * What makes a notice heard: one interface, an adapter for each kind of loudspeaker, chosen by the configuration.
 *
 *     text ─ voice ─▶ WAV ─▶ Speaker.play ─┬─ http    a network speaker that takes the WAV by POST
 *                                          ├─ mqtt    one that listens to a broker, and answers there
 *                                          ├─ command a program of the box itself (aplay, ffplay)
 *                                          └─ sip     the adapter point: `Speaker` is all that paging has to be
 *
 * `play` resolves when the speaker says that it has played; everything else is SPEAKER_FAILED with a reason. A
 * speaker decides nothing: whether it may speak now, how loud and how often is asked before, in `gateway/alerts/`.
 */
import { z } from 'zod'
import type { Speaker, SpeakerParts } from './announcement.ts'
import { CommandSpeaker, CommandSpeakerOptions } from './command-speaker.ts'
import { HttpSpeaker, HttpSpeakerOptions } from './http-speaker.ts'
import { MqttSpeaker, MqttSpeakerOptions } from './mqtt-speaker.ts'

export const SpeakerAdapter = z
  .discriminatedUnion('kind', [HttpSpeakerOptions, MqttSpeakerOptions, CommandSpeakerOptions])
  .describe('How it is reached. Absent: it is listed, and never speaks.')
export type SpeakerAdapter = z.infer<typeof SpeakerAdapter>

export function openSpeaker(options: SpeakerAdapter, parts: SpeakerParts): Speaker {
  switch (options.kind) {
    case 'http':
      return new HttpSpeaker(options, parts)
    case 'mqtt':
      return new MqttSpeaker(options, parts)
    case 'command':
      return new CommandSpeaker(options, parts)
  }
}
