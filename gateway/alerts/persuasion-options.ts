/**
 * When the box may speak by itself, and how patiently it waits for an answer.
 *
 *     who    after a person has verified, for the minor grades; sooner for G1 only where it is asked for
 *     when   outside quiet hours, not too often [R21]
 *     then   the box looks again at the deadline, and goes on looking while it cannot see
 */
import { z } from 'zod'
import { PERSUASION_CHANNELS } from '../violations/catalogue.ts'
import { Window } from '../violations/zone.ts'
import { VolumeHours } from './notice-limits.ts'
import { LANGUAGES } from './scripts.ts'

const Automatic = z.strictObject({
  grades: z
    .array(z.enum(['G0', 'G1', 'G2', 'G3', 'G4']))
    .default(['G1', 'G2'])
    .describe('Grades whose first notice goes out by itself once a person has verified. Empty: none does.'),
  beforeReview: z
    .boolean()
    .default(false)
    .describe('True: an act of grade G1 is spoken to at once, before anybody has verified it.'),
  nextRung: z
    .boolean()
    .default(false)
    .describe('True: when the act persists, the next notice of the ladder goes out by itself too.'),
  attemptsMax: z
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe('How often a notice that failed is tried by itself.'),
  retryMin: z
    .number()
    .min(0.01)
    .max(1440)
    .default(5)
    .describe('Minutes after which a notice that failed or was withheld is tried again by itself.'),
})

export const PersuasionOptions = z.strictObject({
  scripts: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The script library, from this file’s folder on. Absent: the sample that is shipped, for trials only.',
    ),
  org: z
    .strictObject({
      zh: z.string().max(40).default('').describe('Before 城管: 您好，我是…城管.'),
      en: z.string().max(60).default('').describe('After: this is the street service of …'),
    })
    .prefault({})
    .describe('Who speaks: the name in the greeting.'),
  language: z.enum(LANGUAGES).default('zh').describe('Language of notices that name none.'),
  automatic: Automatic.prefault({}).describe('What goes out without being asked for.'),
  quietHours: z
    .array(Window)
    .max(20)
    .default([Window.parse({ from: '21:00', to: '07:00' })])
    .describe(
      'Hours in which nothing is played and nobody is called, unless a speaker has hours of its own.',
    ),
  quietChannels: z
    .array(z.enum(PERSUASION_CHANNELS))
    .default(['SPEAKER', 'CALL'])
    .describe('Channels that quiet hours hold for. Speakers always keep them.'),
  volume: z
    .array(VolumeHours)
    .max(48)
    .default([])
    .describe('Volume by hour, unless a speaker has a profile of its own; 60 in hours that are not named.'),
  perEventMax: z.int().min(1).max(20).default(6).describe('Notices about one act at most.'),
  eventGapSec: z
    .number()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('Least time between two notices about one act (s).'),
  recheck: z
    .strictObject({
      watchSec: z
        .number()
        .min(0)
        .max(600)
        .default(20)
        .describe('How long before the deadline the camera is made to look often (s).'),
      againSec: z
        .number()
        .min(0.5)
        .max(3600)
        .default(30)
        .describe('After how long it looks again where the camera saw nothing (s).'),
      partialShareMax: z
        .number()
        .min(0)
        .max(1)
        .default(0.6)
        .describe('Share of the goods that may be left for the act to count as partly corrected.'),
    })
    .prefault({})
    .describe('How the box looks again at the deadline.'),
})
export type PersuasionOptions = z.infer<typeof PersuasionOptions>
