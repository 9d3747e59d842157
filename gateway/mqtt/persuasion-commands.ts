/** The commands `persuade` and `recheck`: a person at the platform has somebody spoken to, or looked at again. */
import { z } from 'zod'
import type { Persuasion } from '../alerts/persuasion.ts'
import type { Recheck } from '../alerts/recheck.ts'
import { LANGUAGES } from '../alerts/scripts.ts'
import { PERSUASION_CHANNELS } from '../violations/catalogue.ts'
import { argsOf, type CommandHandler } from './commands.ts'

const EventId = z.string().min(1).max(64)

const PersuadeArgs = z
  .strictObject({
    eventId: EventId,
    channel: z.enum(PERSUASION_CHANNELS).optional(),
    scriptId: z.string().max(64).optional(),
    text: z.string().min(1).max(600).optional(),
    language: z.enum(LANGUAGES).optional(),
    order: z.boolean().optional(),
  })
  .refine(({ scriptId, text }) => scriptId === undefined || text === undefined, {
    path: ['text'],
    message: 'a script or a text, not both',
  })

const RecheckArgs = z.strictObject({ eventId: EventId })

export function persuasionHandlers(parts: {
  readonly persuasion: Pick<Persuasion, 'persuade'>
  readonly recheck: Pick<Recheck, 'recheck'>
}): { readonly persuade: CommandHandler; readonly recheck: CommandHandler } {
  return {
    persuade: ({ id, by, args }) => {
      const wish = argsOf(PersuadeArgs, 'persuade', args)
      const record = parts.persuasion.persuade({ ...wish, by, commandId: id })
      const { persuasionId, eventId, channel, deliveryStatus, reason } = record
      return { persuasionId, eventId, channel, deliveryStatus, reason }
    },
    recheck: ({ args }) => parts.recheck.recheck(argsOf(RecheckArgs, 'recheck', args).eventId),
  }
}
