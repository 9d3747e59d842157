/**
 * Whose recording it is: the identity block of GA/T 947, from whatever the device or its dock says it in.
 *
 *     headers, form fields, sidecar  ─▶ our names for theirs ─┐
 *     the file's name, by a pattern  ─▶ fills what is missing ─┼─▶ details ─▶ examination
 *     list of people                 ─▶ the role, when unsaid ─┘
 *
 * What is declared goes before what the name says; where both say something and it is not the same, nobody guesses:
 * `identityConflict` says so, and the recording goes into quarantine. [R61, R62]
 */
import { z } from 'zod'
import type { Details } from '../../gateway/kit/upload-details.ts'
import { NamePattern, readName } from './name-pattern.ts'
import type { BodyCamPerson } from './recording.ts'
import { personByNumber } from './standing.ts'

export const IdentityOptions = z.strictObject({
  names: z
    .array(NamePattern)
    .max(16)
    .default([])
    .describe(
      'How recorders name their files, first fit first: `{deviceSerial}_{userNo}_{startAt:yyyyMMddHHmmss}_{*}`. Fields: deviceSerial, userNo, userName, unitNo, unitName, startAt, uniqueId, originalDeviceId; `{userNo:6}` has six letters.',
    ),
})
export type IdentityOptions = z.infer<typeof IdentityOptions>

/** Set here alone; what a device sends under this name is dropped. */
export const IDENTITY_CONFLICT = 'identityConflict'
/** Set by a dock whose sidecar cannot be read: why. */
export const SIDECAR_UNREADABLE = 'sidecarUnreadable'
const REASON_LENGTH_MAX = 200

/** What makers of recorders and docks call it, without case and separators. */
const THEIRS: Readonly<Record<string, readonly string[]>> = {
  deviceSerial: [
    'dockserial',
    'serial',
    'serialno',
    'deviceserialno',
    'deviceno',
    'devserial',
    'productid',
    '设备编号',
    '产品序号',
  ],
  userNo: ['policeno', 'policeid', 'badgeno', 'userid', 'usercode', '警号', '使用人编号'],
  userName: ['policename', 'username', '使用人', '姓名'],
  unitNo: ['unitid', 'unitcode', 'deptno', 'orgno', '单位编号'],
  unitName: ['deptname', 'orgname', '单位名称'],
  startAt: ['start', 'starttime', 'begintime', 'recordtime', '开始时间'],
  filename: ['name'],
  uniqueId: ['fileid', 'fileuniqueid'],
  originalDeviceId: ['origdeviceid', 'sourcedeviceid'],
  collectTime: ['collectedat', 'importtime', '采集时间'],
  integrityId: ['integritycheckid', 'checkid'],
  sha256: ['filesha256'],
}
const OURS = new Map(
  Object.entries(THEIRS).flatMap(([ours, theirs]) =>
    [ours.toLowerCase(), ...theirs].map((name) => [name, ours] as const),
  ),
)
/** Said twice, it has to be the same. */
const COMPARED = ['deviceSerial', 'userNo', 'unitNo', 'startAt'] as const
/** A recorder names its file some seconds before the first picture. */
const START_APART_MS_MAX = 60_000

export function identified(
  given: Details,
  {
    names,
    people,
    offsetMinutes,
  }: IdentityOptions & { people: readonly BodyCamPerson[]; offsetMinutes: number },
): Details {
  const { details, conflict } = inOurWords(given, offsetMinutes)
  const fileName = details['filename'] ?? ''
  const named = names.map((pattern) => readName(pattern, fileName, offsetMinutes)).find(Boolean) ?? {}
  const contradiction = COMPARED.find(
    (key) => details[key] && named[key] !== undefined && !isSame(key, details[key], named[key]),
  )
  const whole: Details = { ...named, ...withoutEmpty(details) }
  const role = personByNumber(people, whole['userNo'] ?? '')?.role ?? 'AUXILIARY'
  const reason =
    conflict ??
    (contradiction &&
      `${contradiction} is ${details[contradiction]} in its details and ${named[contradiction]} in its name`)
  return {
    ...whole,
    ...(whole['roleAtRecording'] ? {} : { roleAtRecording: role }),
    ...(reason === undefined ? {} : { [IDENTITY_CONFLICT]: reason }),
  }
}

function inOurWords(given: Details, offsetMinutes: number) {
  const details: Record<string, string | null> = {}
  let conflict = given[SIDECAR_UNREADABLE]?.slice(0, REASON_LENGTH_MAX)
  for (const [key, value] of Object.entries(given)) {
    const ours = OURS.get(key.toLowerCase().replace(/[\s_-]/g, '')) ?? key
    if (ours === IDENTITY_CONFLICT) continue
    const said = ours === 'startAt' && value !== null ? placed(value, offsetMinutes) : value
    const before = details[ours]
    if (before && said && !isSame(ours, before, said))
      conflict ??= `${ours} is said twice: ${before} and ${said}`
    if (!before) details[ours] = said
  }
  return { details, conflict }
}

/** `2026-01-05 10:00:00` is of the place of the box; with an offset of its own it stays as it is. */
function placed(text: string, offsetMinutes: number): string {
  const [, day, time] =
    /^(\d{4}[-/]\d{2}[-/]\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)$/.exec(text.trim()) ?? []
  if (day === undefined) return text
  const sign = offsetMinutes < 0 ? '-' : '+'
  const minutes = Math.abs(offsetMinutes)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${day.replaceAll('/', '-')}T${time}${sign}${two(minutes / 60)}:${two(minutes % 60)}`
}

function isSame(key: string, one: string, other: string): boolean {
  if (key !== 'startAt') return one.trim() === other.trim()
  const apartMs = Math.abs(Date.parse(one) - Date.parse(other))
  // What is no time at all is told of as such.
  return Number.isNaN(apartMs) || apartMs <= START_APART_MS_MAX
}

const withoutEmpty = (details: Details): Details =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null && value.trim() !== ''))
