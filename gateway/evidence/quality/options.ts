/** How good a record must be before it may be more than a lead. People may look at all of it whatever these say. */
import { z } from 'zod'

export const QualityOptions = z.strictObject({
  spacingSec: z
    .number()
    .min(1)
    .max(600)
    .default(30)
    .describe(
      'Seconds between stills that show the act, or half of a shorter dwell: it stood there all along.',
    ),
  stillsMin: z
    .int()
    .min(2)
    .max(8)
    .default(3)
    .describe('Stills that show the act by the time it is confirmed: first seen, meanwhile, confirmed.'),
  widthPxMin: z
    .int()
    .min(160)
    .max(7_680)
    .default(1_280)
    .describe('Width (px) of a still; traffic evidence asks for 1280×720.'),
  heightPxMin: z.int().min(90).max(4_320).default(720).describe('Height (px) of a still.'),
  sharpnessMin: z
    .number()
    .min(0)
    .max(10_000)
    .default(12)
    .describe(
      'Variance of the Laplacian of luma, in the act’s box and in the whole. Street clips of 720 px and more have 16 to 540; out of focus by 2 px they have 2 to 8.',
    ),
  darkShareMax: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.6)
    .describe(
      'Share of the act’s box that may be black (luma below 16): more, and the act hides in the night.',
    ),
  brightShareMax: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.4)
    .describe('Share of the act’s box that may be burnt out (luma above 239): sun, headlights.'),
  contrastMin: z
    .number()
    .min(0)
    .max(100)
    .default(8)
    .describe('Standard deviation of luma in the act’s box. Bare tarmac has 5 to 7, a street 20 and more.'),
  coveredShareMax: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.3)
    .describe('Share of the act’s box that people and vehicles passing in front of it may cover.'),
  coversSec: z
    .number()
    .min(0.5)
    .max(60)
    .default(5)
    .describe('Seconds by which the first and the last still may miss the beginning and the confirmation.'),
  clockAgeMin: z
    .number()
    .min(1)
    .max(10_080)
    .default(60)
    .describe(
      'Minutes since the clock was compared with its time server; quartz drifts 200 ms in that time.',
    ),
  movedShareMax: z
    .number()
    .min(0.001)
    .max(0.2)
    .default(0.02)
    .describe('Share of the picture’s width by which the view may have moved since its zones were drawn.'),
})
export type QualityOptions = z.infer<typeof QualityOptions>
