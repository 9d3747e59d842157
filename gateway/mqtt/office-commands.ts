/**
 * Commands of the back office: holds, people, configuration, tickets, one act or two, and what a case has become.
 *
 *     by ─▶ person of the box's list ─▶ role allowed? ─▶ the work │ hold lift, config: two different people
 *
 * The platform's link is authenticated; the role is asked all the same, because a platform has many people. The list of
 * people itself and tickets come from the platform as such: whoever it names may send them.
 */
import { z } from 'zod'
import type { AlertDesk } from '../alerts/desk.ts'
import type { FilmLink } from '../alerts/film-links.ts'
import type { Films } from '../alerts/films.ts'
import type { Holds } from '../alerts/holds.ts'
import type { CaseMirror } from '../alerts/mirror.ts'
import type { Rank } from '../alerts/people.ts'
import type { People } from '../alerts/roster.ts'
import type { SameAct } from '../alerts/same-act.ts'
import { type Tickets, TicketWish } from '../alerts/tickets.ts'
import { fault } from '../kit/errors.ts'
import { STAGES } from '../violations/act-fields.ts'
import { argsOf, type CommandHandler, deskHandlers } from './commands.ts'
import type { Command } from './messages.ts'
import type { CommandName } from './options.ts'

/** Who may give which of them. */
const ALLOWED = {
  hold: ['OFFICER', 'LEGAL', 'ADMIN'],
  purge: ['LEGAL', 'ADMIN'],
  merge: ['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'],
  split: ['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'],
  // [R49] Whose film shows which act is a word on evidence.
  link: ['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'],
  unlink: ['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'],
  config: ['ADMIN'],
  // Auxiliary staff may dissuade; an order asks for a certificate besides.
  persuade: ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'ADMIN'],
  recheck: ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'ADMIN'],
  // Whoever may look at evidence here may have it shown there.
  'evidence-send': ['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'],
  'evidence-grant': ['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'],
  bodycam: ['OFFICER', 'DISPATCHER', 'ADMIN'],
  // Auxiliary staff let nothing out of quarantine.
  recording: ['OFFICER', 'LEGAL', 'ADMIN'],
} as const satisfies Partial<Record<CommandName, readonly Rank[]>>

const EventId = z.string().min(1).max(64)
const Reason = z.string().min(1).max(300)

const HoldArgs = z.strictObject({ eventId: EventId, action: z.enum(['place', 'lift']), reason: Reason })
const PurgeArgs = z.strictObject({ eventId: EventId, reason: Reason })
const PeopleArgs = z.strictObject({ people: z.array(z.record(z.string().max(64), z.unknown())).max(500) })
const MergeArgs = z.strictObject({ eventId: EventId, into: EventId, reason: Reason })
const SplitArgs = z.strictObject({ eventId: EventId, reason: Reason })
const FilmArgs = z.strictObject({ recordingId: EventId, eventId: EventId, reason: Reason })
const ConfigArgs = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('propose'), text: z.string().min(1).max(48_000), reason: Reason }),
  z.strictObject({ action: z.literal('rollback'), version: z.int().min(1), reason: Reason }),
  z.strictObject({ action: z.literal('approve'), proposal: z.int().min(1) }),
])
const StageArgs = z
  .strictObject({
    eventId: EventId,
    stage: z.enum(STAGES).optional(),
    eventNo: z.string().min(1).max(64).optional(),
    caseNo: z.string().min(1).max(64).optional(),
    firstFiledAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ stage, eventNo, caseNo, firstFiledAt }) => stage ?? eventNo ?? caseNo ?? firstFiledAt, {
    error: 'stage, eventNo, caseNo or firstFiledAt',
    path: ['stage'],
  })

/** The book of the configuration, as small as the commands need it. */
export interface ConfigDesk {
  propose(wish: { by: string; reason: string } & ({ text: string } | { version: number })): unknown
  approve(wish: { proposal: number; by: string }): unknown
}

export interface OfficeParts {
  readonly desk: AlertDesk
  readonly holds: Holds
  readonly people: People
  readonly sameAct: SameAct
  readonly films: Pick<Films, 'link' | 'unlink'>
  readonly tickets: Tickets
  readonly mirror: CaseMirror
  readonly config: ConfigDesk
  /** Evidence that two people want gone before its maximum. */
  readonly purge: (wish: { eventId: string; by: string; reason: string }) => unknown
  /** Who somebody is, by id or badge, and what he may act as today; null: the box does not know him. */
  readonly standing: (by: string) => { readonly personId: string; readonly rank: Rank } | null
  /** Commands of other rooms, whose roles are asked here too. */
  readonly more: Partial<Record<CommandName, CommandHandler>>
}

export function officeHandlers(parts: OfficeParts): Partial<Record<CommandName, CommandHandler>> {
  const { desk, holds, people, sameAct, films, tickets, mirror, config, standing, more, purge } = parts
  const move = deskHandlers(desk).disposition
  const summary = ({ eventId, revision }: { eventId: string; revision: number }) => ({ eventId, revision })
  const handlers: Partial<Record<CommandName, CommandHandler>> = {
    ...more,
    // [R70] One places, two lift.
    hold: ({ by, args }) => {
      const { action, ...wish } = argsOf(HoldArgs, 'hold', args)
      return action === 'place' ? holds.place({ ...wish, by }) : holds.lift({ ...wish, by })
    },
    // [R70] One asks, another one agrees.
    purge: ({ by, args }) => purge({ ...argsOf(PurgeArgs, 'purge', args), by }),
    // [R56] What the box may not have of a person is dropped, and said.
    people: ({ by, args }) => people.sync(argsOf(PeopleArgs, 'people', args).people, by),
    merge: ({ id, by, args }) =>
      summary(sameAct.merge({ ...argsOf(MergeArgs, 'merge', args), by, commandId: id })),
    split: ({ id, by, args }) =>
      summary(sameAct.split({ ...argsOf(SplitArgs, 'split', args), by, commandId: id })),
    link: ({ id, by, args }) =>
      filmSummary(films.link({ ...argsOf(FilmArgs, 'link', args), by, commandId: id })),
    unlink: ({ id, by, args }) =>
      filmSummary(films.unlink({ ...argsOf(FilmArgs, 'unlink', args), by, commandId: id })),
    ticket: ({ by, args }) => tickets.report(argsOf(TicketWish, 'ticket', args), by),
    stage: (command) => mirrored(mirror, command),
    // [R7] A disposition may carry the stage of the case beside, or instead of, the state of the alert.
    disposition: (command) => {
      const { stage, eventNo, caseNo, firstFiledAt, ...args } = command.args
      const told = { stage, eventNo, caseNo, firstFiledAt }
      const isTold = Object.values(told).some((one) => one !== undefined)
      const eventId = args['eventId']
      const noted = isTold ? mirrored(mirror, { ...command, args: { eventId, ...told } }) : null
      return isTold && args['to'] === undefined ? noted : move({ ...command, args })
    },
    config: ({ by, args }) => {
      const wish = argsOf(ConfigArgs, 'config', args)
      if (wish.action === 'approve') return config.approve({ proposal: wish.proposal, by })
      const { reason } = wish
      const to = wish.action === 'propose' ? { text: wish.text } : { version: wish.version }
      return config.propose({ by, reason, ...to })
    },
  }
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      checked(name as CommandName, handler, standing),
    ]),
  )
}

const filmSummary = ({ recordingId, eventId, state, score }: FilmLink) => ({
  ...{ recordingId, eventId, state, score },
})

/** [R7] [R102] */
function mirrored(mirror: CaseMirror, { id, by, args }: Command): unknown {
  const wish = argsOf(StageArgs, 'stage', args)
  mirror.take({ ...wish, by, commandId: id })
  return wish
}

/** [R49] The role is asked at the moment of the action, of the list as it is then. */
function checked(
  name: CommandName,
  handler: CommandHandler,
  standing: OfficeParts['standing'],
): CommandHandler {
  return (command: Command) => {
    const allowed: readonly Rank[] | undefined = ALLOWED[name as keyof typeof ALLOWED]
    if (allowed === undefined) return handler(command)
    const person = standing(command.by)
    if (person === null || !allowed.includes(person.rank)) {
      const values = { by: command.by, role: person?.rank ?? '-', name, allowed: allowed.join(', ') }
      throw fault('ROLE_NOT_ALLOWED', values)
    }
    // By one name: whoever gives his id, and then his badge, is still one person.
    return handler({ ...command, by: person.personId })
  }
}
