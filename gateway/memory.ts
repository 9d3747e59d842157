/**
 * What a camera's line remembers across kill -9: background, acts and open cases, of one and the same instant.
 *
 *     header (JSON: cases, baseline, tracks; its length before it) ─ occupancy ─ judge     one file a camera, atomic
 *
 * Written when an act changes, every few seconds while something stirs, now and then in a quiet street. It outlives the
 * process at once and a power cut after the half minute in which the system writes it down: 4 MB a camera every few
 * seconds, each forced to the disk, would wear out a box's flash in a year. The timeline of a camera counts from the
 * start of the machine: after a reboot it is continued by the wall clock.
 */
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { HELD_KINDS } from './evidence/package.ts'
import { ABSENCES } from './evidence/plan.ts'
import type { DriftView } from './frames/drift.ts'
import type { CommissioningSnapshot } from './frames/outlook.ts'
import { fault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { BaselineSnapshot } from './tracks/baseline.ts'
import type { TrackerSnapshot } from './tracks/tracker.ts'
import type { QualitySummary } from './violations/event.ts'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const Header = z.object({
  version: z.literal(2),
  zonesVersion: z.string(),
  bootId: z.string(),
  savedAtMs: z.number(),
  savedAtWallMs: z.number(),
  mediaZeroMs: z.number(),
  cases: z.array(
    z.tuple([
      z.string(),
      z.object({
        eventId: z.string(),
        startHeldMs: z.number().nullable().default(null),
        startsHeld: z.int().min(0).default(0),
        persistsHeld: z.int().min(0).default(0),
        clipUntilMs: z.number().nullable().default(null),
        soundsSealed: z.int().min(0).default(0),
        absent: z.partialRecord(z.enum(HELD_KINDS), z.enum(ABSENCES)).default({}),
        caps: z.array(z.string()).readonly().default([]),
        quality: z.custom<QualitySummary>(isObject).nullable().default(null),
        packages: z.array(z.string()).readonly(),
        evidence: z
          .object({
            packageId: z.string(),
            manifestHash: z.string(),
            packages: z.array(z.string()).readonly(),
          })
          .nullable(),
      }),
    ]),
  ),
  baseline: z.custom<BaselineSnapshot>(isObject),
  commissioning: z.custom<CommissioningSnapshot>(isObject).nullable().default(null),
  drift: z.custom<DriftView>(isObject).nullable().default(null),
  trackers: z.object({
    detector: z.custom<TrackerSnapshot>(isObject),
    namer: z.custom<TrackerSnapshot>(isObject),
  }),
  occupancyBytes: z.int().min(0),
  judgeBytes: z.int().min(0),
})
type Header = z.infer<typeof Header>

export interface LineMemory extends Omit<Header, 'version' | 'occupancyBytes' | 'judgeBytes'> {
  readonly occupancy: Uint8Array
  readonly judge: Uint8Array
}

export async function saveMemory(file: string, memory: LineMemory): Promise<void> {
  const { occupancy, judge, ...rest } = memory
  const header: Header = { ...rest, version: 2, occupancyBytes: occupancy.length, judgeBytes: judge.length }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.tmp`, Buffer.concat([length, text, occupancy, judge]))
  await rename(`${file}.tmp`, file)
}

/** null when there is none, or none that can be used: the camera then starts fresh, which is said. */
export function loadMemory(file: string, log: Log): LineMemory | null {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch {
    return null // A first start.
  }
  try {
    const headerEnd = 4 + bytes.readUInt32LE(0)
    const { occupancyBytes, judgeBytes, ...header } = Header.parse(
      JSON.parse(bytes.subarray(4, headerEnd).toString()),
    )
    const occupancy = bytes.subarray(headerEnd, headerEnd + occupancyBytes)
    const judge = bytes.subarray(headerEnd + occupancyBytes)
    if (occupancy.length !== occupancyBytes || judge.length !== judgeBytes) throw new Error('cut short')
    return { ...header, occupancy, judge }
  } catch (error) {
    const found = fault('MEMORY_UNUSABLE', { path: file, reason: reasonOf(error) })
    log.warn({ code: found.code }, found.message)
    return null
  }
}

/** Names this run of the machine; the timeline starts anew with the next. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown' // Not Linux: every start counts as a reboot, and the wall clock carries the dwell.
  }
}
