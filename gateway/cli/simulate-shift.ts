/**
 * `lushao simulate bodycam --shift gateway.yaml`: the recorders of a box come home from a shift, over a bad line.
 *
 *     gateway.yaml: registered recorders, people, cameras ─▶ plan ─▶ uploads ─▶ a line each ─▶ 0 all right, 1 not
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Config, loadConfig } from '../../config/loader.ts'
import { type ShiftReport, type Told, uploadShift } from '../../simulators/bodycam/shift.ts'
import {
  planShift,
  type Recorder,
  SHIFT_FAULTS,
  type ShiftFault,
} from '../../simulators/bodycam/shift-plan.ts'
import { FoundBad, print, usage } from './program.ts'
import { progressBar } from './progress.ts'

export interface ShiftFlags {
  readonly shift?: string
  readonly url: string
  readonly reader?: string
  readonly dockFolder?: string
  readonly faults: string
  readonly patrols: string
  readonly breaks: string
  readonly seed: string
  readonly within: string
  readonly json?: boolean
}

const COMMAND = 'simulate bodycam --shift'
/** The last recording of the shift ended so long ago. */
const ENDED_MS = 60_000

export function addShiftOptions(command: Command): Command {
  return command
    .option(
      '--shift <gateway.yaml>',
      'instead of a file: films and uploads what its recorders bring home from a shift',
    )
    .option('--reader <token>', 'shift: token of scope platform; by default from LUSHAO_PLATFORM_TOKEN')
    .option('--faults <names>', `shift: ${SHIFT_FAULTS.join(',')}; all, or none`, 'all')
    .option('--patrols <count>', 'shift: ordinary recordings of every recorder', '1')
    .option('--breaks <count>', 'shift: how often the line breaks, stands still or loses an answer', '40')
    .option('--dock-folder <folder>', 'shift: a folder that the box watches; one recording goes there')
    .option('--seed <number>', 'shift: the same seed, the same shift', '1')
    .option('--within <seconds>', 'shift: how long the box may take to decide', '900')
}

export async function simulateShift(
  file: string,
  flags: ShiftFlags & { readonly token: string },
): Promise<void> {
  const readerToken = flags.reader ?? process.env['LUSHAO_PLATFORM_TOKEN']
  if (readerToken === undefined)
    throw usage(COMMAND, 'no token to read with: give --reader or LUSHAO_PLATFORM_TOKEN')
  const { config, faults } = loadConfig(file)
  if (config === null) throw faults[0] ?? usage(COMMAND, `${file} cannot be run`)
  const seed = numberOf('--seed', flags.seed, 0, 2 ** 31)
  const names = faultsOf(flags.faults)
  const plan = planShift({
    ...{ seed, faults: names, recorders: recordersOf(config), cameras: placesOf(config) },
    patrols: numberOf('--patrols', flags.patrols, 0, 20),
    endMs: Date.now() - ENDED_MS,
  })
  const filmSec = plan.reduce((sum, { film }) => sum + film.seconds, 0)
  const folder = mkdtempSync(join(tmpdir(), 'lushao-shift-'))
  const bar = progressBar('shift')
  try {
    const report = await uploadShift({
      ...{ plan, folder, seed },
      box: { url: originOf(flags.url), token: flags.token, readerToken, dockFolder: flags.dockFolder },
      breaks: names.has('breaks') ? numberOf('--breaks', flags.breaks, 1, 1_000) : 0,
      withinMs: 1000 * numberOf('--within', flags.within, 1, 86_400),
      onProgress: (step, share) =>
        bar.update(((STEPS.indexOf(step) + share) / STEPS.length) * filmSec, filmSec),
    })
    bar.stop()
    tell(report, flags.json ?? false)
    if (!report.ok) throw new FoundBad()
  } finally {
    bar.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const STEPS = ['street', 'films', 'sent'] as const

function tell(report: ShiftReport, asJson: boolean): void {
  if (asJson) {
    print(JSON.stringify(report))
    return
  }
  for (const one of report.recordings) print(lineOf(one))
  const { recordings, line } = report
  const wrong = recordings.filter((one) => one.wrong !== null).length
  const { cut, stall, connections } = line
  print(
    `line       cut ${cut} times, still ${stall} times, ${line['answer-lost']} answers lost, ${connections} connections`,
  )
  print(`recordings ${recordings.length} sent, ${recordings.length - wrong} as they should be, ${wrong} not`)
}

function lineOf({ wrong, name, what, way, bytes, resumes, known, answer, capReasons }: Told): string {
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`
  const caps = capReasons.filter((reason) => reason !== answer)
  const words = [
    ...(resumes > 0 ? [`resumed ${resumes} times`] : []),
    ...(known ? ['known at once'] : []),
    ...(caps.length > 0 ? [`caps ${caps.join(', ')}`] : []),
    ...(wrong === null ? [] : [`WRONG: ${wrong}`]),
  ]
  return [what.padEnd(13), name, megabytes, way, '→', answer, ...words.map((each) => `· ${each}`)].join(' ')
}

/** Those that somebody carries who has a number. */
function recordersOf({ devices, people }: Config): Recorder[] {
  const found = devices.bodycams.flatMap(({ serial, personId }) => {
    const person = people.find((one) => one.personId === personId)
    return person ? [{ serial, userNo: person.badgeNo ?? person.personId, role: person.role }] : []
  })
  if (found.length > 0) return found
  throw usage(
    COMMAND,
    'no recorder of that config is assigned to one of its people (devices.bodycams[].personId)',
  )
}

function placesOf({ cameras }: Config) {
  return cameras.flatMap(({ lon, lat }) => (lon === undefined || lat === undefined ? [] : [{ lon, lat }]))
}

function faultsOf(text: string): Set<ShiftFault> {
  if (text === 'all') return new Set(SHIFT_FAULTS)
  if (text === 'none') return new Set()
  const names = text.split(',').map((name) => {
    const known = SHIFT_FAULTS.find((each) => each === name)
    if (known === undefined) throw usage(COMMAND, `--faults ${name} is none of ${SHIFT_FAULTS.join(', ')}`)
    return known
  })
  return new Set(names)
}

/** The bad line carries plain HTTP only: it could not show a certificate. */
function originOf(text: string): string {
  const { origin, protocol } = new URL(text)
  if (protocol === 'http:') return origin
  throw usage(COMMAND, `--url takes an http:// address, not ${protocol}`)
}

function numberOf(option: string, value: string, low: number, high: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= low && number <= high) return number
  throw usage(COMMAND, `${option} takes a whole number from ${low} to ${high}, not ${value}`)
}
