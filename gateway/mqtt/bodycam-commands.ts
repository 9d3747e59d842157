/**
 * The commands `bodycam` and `recording`: the platform hands recorders out and takes them back, notes what is done to
 * them, and has people decide about recordings in quarantine.
 *
 *     bodycam     check-out │ check-in │ maintenance │ firmware │ status         of one recorder
 *     recording   release │ re-examine │ keep │ confirm-presence │ report        of one recording
 */
import { z } from 'zod'
import { argsOf, type CommandHandler } from './commands.ts'

const Time = z.iso.datetime({ offset: true })
const Note = z.string().trim().max(300).default('')
const Reason = z.string().trim().min(1).max(300).describe('Why; kept with the name.')
export const Serial = z.string().trim().min(1).max(40).describe('Serial of the recorder.')

/** What a recorder says of itself before duty [R64]. */
const SelfTest = z.strictObject({
  batteryPercent: z.number().min(0).max(100).optional(),
  freeBytes: z.int().min(0).optional(),
  clockOffsetMs: z.int().min(-86_400_000).max(86_400_000).optional().describe('Device minus true time, ms.'),
})
const At = Time.optional().describe('When it was; now unless given, a day ago at most.')

export const CheckOut = z.strictObject({
  to: z.string().trim().min(1).max(64).describe('Id or badge of the person who takes it.'),
  at: At,
  until: Time.optional().describe('Planned end of the shift.'),
  selfTest: SelfTest.optional(),
  note: Note,
})
export const CheckIn = z.strictObject({ at: At, selfTest: SelfTest.optional(), note: Note })

const WORK = { work: z.string().trim().min(1).max(300).describe('What was done to it.') }
const FIRMWARE = {
  version: z.string().trim().min(1).max(80),
  date: z.iso.date().describe('Day on which it was put in.'),
}
const STATUS = { status: z.enum(['IN_SERVICE', 'MAINTENANCE', 'RETIRED', 'LOST']), reason: Reason }
export const Maintenance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('WORK'), ...WORK }),
  z.strictObject({ kind: z.literal('FIRMWARE'), ...FIRMWARE }),
  z.strictObject({ kind: z.literal('STATUS'), ...STATUS }),
])

const BodyCamArgs = z.discriminatedUnion('action', [
  CheckOut.extend({ action: z.literal('check-out'), serial: Serial }),
  CheckIn.extend({ action: z.literal('check-in'), serial: Serial }),
  z.strictObject({ action: z.literal('maintenance'), serial: Serial, ...WORK }),
  z.strictObject({ action: z.literal('firmware'), serial: Serial, ...FIRMWARE }),
  z.strictObject({ action: z.literal('status'), serial: Serial, ...STATUS }),
])

export const RecordingDeed = z.enum(['release', 're-examine', 'keep', 'confirm-presence'])
const RecordingId = z.string().min(1).max(64)
const part = (what: string) => z.string().trim().max(4_000).default('').describe(what)
/** What happened in a conflict (暴力抗法、执法冲突), in four parts; all four make it complete. */
export const IncidentReport = z.strictObject({
  course: part('事发经过'),
  cause: part('主要原因'),
  handling: part('处理情况'),
  lessons: part('经验教训'),
})
const RecordingArgs = z.union([
  z.strictObject({ action: RecordingDeed, recordingId: RecordingId, reason: Reason }),
  IncidentReport.extend({ action: z.literal('report'), recordingId: RecordingId }),
])

interface Wish {
  readonly recordingId: string
  readonly by: string
  readonly reason: string
}
interface Told {
  readonly recordingId: string
  readonly status: string
  readonly evidenceCap: string
  readonly capReasons: readonly string[]
}

/** What people do with recorders and their recordings. */
export interface RecorderDesk {
  checkOut(serial: string, by: string, wish: z.infer<typeof CheckOut>): unknown
  checkIn(serial: string, by: string, wish: z.infer<typeof CheckIn>): unknown
  maintain(serial: string, by: string, wish: z.infer<typeof Maintenance>): unknown
  release(wish: Wish): Told
  reexamine(wish: Wish): Told
  keep(wish: Wish): Told
  confirmPresence(wish: Wish): Told
  report(wish: { recordingId: string; by: string; report: z.infer<typeof IncidentReport> }): Told
}

export function bodyCamHandlers(desk: RecorderDesk): Record<'bodycam' | 'recording', CommandHandler> {
  return {
    bodycam: ({ by, args }) => {
      const { serial, ...wish } = argsOf(BodyCamArgs, 'bodycam', args)
      if (wish.action === 'check-out') return desk.checkOut(serial, by, wish)
      if (wish.action === 'check-in') return desk.checkIn(serial, by, wish)
      if (wish.action === 'maintenance') return desk.maintain(serial, by, { kind: 'WORK', work: wish.work })
      if (wish.action === 'firmware') {
        const { version, date } = wish
        return desk.maintain(serial, by, { kind: 'FIRMWARE', version, date })
      }
      const { status, reason } = wish
      return desk.maintain(serial, by, { kind: 'STATUS', status, reason })
    },
    recording: ({ by, args }) => {
      const wish = argsOf(RecordingArgs, 'recording', args)
      if (wish.action !== 'report') return decided(desk, wish.action, { ...wish, by })
      const { action: _, recordingId, ...report } = wish
      return told(desk.report({ recordingId, by, report }))
    },
  }
}

/** As it stands after it: released ones wait to be examined once more. */
export function decided(desk: RecorderDesk, action: z.infer<typeof RecordingDeed>, wish: Wish): unknown {
  return told(deedOf(desk, action, wish))
}

export function told({ recordingId, status, evidenceCap, capReasons }: Told): Told {
  return { recordingId, status, evidenceCap, capReasons }
}

function deedOf(desk: RecorderDesk, action: z.infer<typeof RecordingDeed>, wish: Wish): Told {
  if (action === 'release') return desk.release(wish)
  if (action === 'keep') return desk.keep(wish)
  return action === 're-examine' ? desk.reexamine(wish) : desk.confirmPresence(wish)
}
