/**
 * Every word the console says exists in both languages, and every closed list of the gateway has its words.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GRADE_WORDS, wordsOfFact } from '../../gateway/alerts/grade-words.ts'
import { ALERT_STATES, REJECT_REASONS } from '../../gateway/alerts/lifecycle.ts'
import { DELIVERY_STATUSES, PERSUASION_RESULTS } from '../../gateway/alerts/persuasion-record.ts'
import { STRINGS } from '../../gateway/console/strings.ts'
import { bytesOf, gradeReason, lengthOf, momentLike } from '../../gateway/console/words.ts'
import { ROLES as OBJECT_ROLES, ROLES as SEEN_ROLES } from '../../gateway/detections/detections.ts'
import { HELD_KINDS } from '../../gateway/evidence/package.ts'
import { ABSENCES } from '../../gateway/evidence/plan.ts'
import { CHECK_WORDS, REASON_WORDS } from '../../gateway/evidence/quality/words.ts'
import { PROPERTIES } from '../../gateway/evidence/quality.ts'
import { ROLES } from '../../gateway/http/permissions.ts'
import { REASON_CODES } from '../../gateway/http/reasons.ts'
import { VIEW_WORDS } from '../../gateway/http/setup-views.ts'
import { SYSTEM_PARTS } from '../../gateway/http/system-views.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { PERSUASION_CHANNELS } from '../../gateway/violations/catalogue.ts'
import { PERMIT_RESULTS, RULE_IDS } from '../../gateway/violations/event.ts'

const HAN = /\p{Script=Han}/u
const entries = Object.entries(STRINGS)

test('both languages are complete', () => {
  for (const [key, { zh, en }] of entries) {
    const isLanguageSwitch = key.startsWith('nav.language')
    expect([key, zh.trim() !== '', en.trim() !== '']).toEqual([key, true, true])
    if (!isLanguageSwitch) expect([key, HAN.test(zh), HAN.test(en)]).toEqual([key, true, false])
    const named = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    expect([key, named(zh)]).toEqual([key, named(en)])
  }
})

test.each([
  ['rule', RULE_IDS],
  ['state', ALERT_STATES],
  ['reason', [...REASON_CODES, ...REJECT_REASONS]],
  ['role', ROLES],
  ['channel', PERSUASION_CHANNELS],
  ['delivery', DELIVERY_STATUSES],
  ['result', PERSUASION_RESULTS],
  ['permit', PERMIT_RESULTS],
  ['grade', ['G0', 'G1', 'G2', 'G3', 'G4']],
  ['tier', ['SERVICE', 'MANAGEMENT', 'ENFORCEMENT']],
  ['evidenceStatus', ['LEAD', 'EVIDENCE_CANDIDATE', 'REVIEWED_PASS', 'REVIEWED_FAIL', 'EVIDENCE']],
  ['status', ['online', 'stalled', 'frozen', 'dark', 'covered', 'offline', 'disabled']],
  ['mode', ['patrol', 'watch', 'pursue']],
  ['lift', ['OFFICER_NAMED', 'PAIRED_RECORDING', 'OFFICER_CONFIRMED']],
  ['degraded', ['STORAGE_LOW', 'STORAGE_FULL', 'PEOPLE_STALE', 'CAMERA_MOVED', 'CAMERA_VIEW_UNLIKE']],
  ['cameraCode', ['CAMERA_MOVED', 'CAMERA_VIEW_UNLIKE']],
  ['view', ['UNKNOWN', 'FITS', 'MOVED', 'UNLIKE']],
  ['viewWord', VIEW_WORDS],
  ['objectRole', OBJECT_ROLES],
  ['deviceKind', ['FIXED', 'PTZ', 'VEHICLE', 'UAV']],
  ['suggestion', ['TCP_KEEPS_ALL', 'UDP_AS_ASKED', 'LARGE_PICTURE', 'ONE_STREAM_DOES', 'ZONES_NEED_FIXED']],
  // What a person may have released stays a limit.
  [
    'cap',
    ['BODYCAM_UNREGISTERED', 'BODYCAM_USER_MISMATCH', 'BODYCAM_OUT_OF_SERVICE', 'BODYCAM_OUTSIDE_DUTY'],
  ],
  ['link', ['LINKED', 'SUGGESTED', 'UNLINKED']],
  ['part', SYSTEM_PARTS],
  ['followed', SEEN_ROLES],
  ['detection', ['CANDIDATE', 'CONFIRMING', 'ACTIVE', 'CLEARING', 'LOST']],
  ['quarantine', ['RELEASED', 'RE_EXAMINED', 'KEPT']],
  ['deviceStatus', ['IN_SERVICE', 'MAINTENANCE', 'RETIRED', 'LOST']],
  ['ledger', ['CHECK_OUT', 'CHECK_IN', 'MAINTENANCE', 'FIRMWARE', 'STATUS', 'CLOCK', 'RECORDING']],
  ['deed', ['RELEASED', 'RE_EXAMINED', 'KEPT', 'PRESENCE_CONFIRMED', 'INCIDENT_REPORTED']],
  ['still', ['PERSON', 'CARRIER', 'GOODS', 'SHARP']],
  ['remark', ['INCIDENT_REPORT_INCOMPLETE', 'DATUM_NOT_WGS84', 'TRACK_PARTLY_READ', 'TRACK_UNREADABLE']],
] as const)('every %s has its word', (list, words) => {
  expect(words.filter((word) => !(`${list}.${word}` in STRINGS))).toEqual([])
})

test('every limit of evidence that the gateway states has its words', () => {
  const files = ['gateway/standing.ts', 'gateway/evidence/capability.ts', 'gateway/evidence/package.ts']
  const stated = [...files, 'gateway/case-file.ts', 'devices/bodycam/standing.ts'].flatMap((path) => {
    const code = readFileSync(packagePath(path), 'utf8')
    const said = /(?:caps|reasons)\.(?:push|add)\('(\w+)'\)|\['([A-Z_]{6,})'\]/g
    return [...code.matchAll(said)].map(([, cap, listed]) => cap ?? listed)
  })
  expect(stated.length).toBeGreaterThan(12)
  expect(stated.filter((cap) => !(`cap.${cap}` in STRINGS))).toEqual([])
})

test.each([
  ['cap', Object.keys(REASON_WORDS)],
  ['check', Object.keys(CHECK_WORDS)],
  ['quality', PROPERTIES],
  ['absence', ABSENCES],
  ['kind', HELD_KINDS],
])('what a record is worth is said: every %s', (list, words) => {
  expect(words.filter((word) => !(`${list}.${word}` in STRINGS))).toEqual([])
})

test('no page says a word that is not in the table', () => {
  const folder = packagePath('gateway', 'console')
  const pages = readdirSync(folder).filter((name) => name.endsWith('.tsx'))
  expect(pages.length).toBeGreaterThan(10)
  for (const page of pages) {
    const code = readFileSync(`${folder}/${page}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect([page, HAN.exec(code)?.[0] ?? null]).toEqual([page, null])
    const bare = [...code.matchAll(/[^=]>\s*([A-Za-z][A-Za-z ]{2,})\s*<\//g)].map((found) => found[1])
    expect([page, bare.filter((word) => word !== 'Enter' && word !== 'Esc')]).toEqual([page, []])
  }
})

test('[R19] the words suspect, they do not find', () => {
  const said = entries.map(([, { zh, en }]) => `${zh} ${en}`).join('\n')
  for (const finding of ['违法成立', '罚款', '违法者', 'guilty', 'offender', 'fine of'])
    expect(said).not.toContain(finding)
  expect(STRINGS['alert.suspected']).toEqual({ zh: '疑似', en: 'Suspected' })
})

test.each([
  [0, '0秒', '0 s'],
  [59.4, '59秒', '59 s'],
  [60, '1分', '1 min'],
  [184, '3分4秒', '3 min 4 s'],
  [3600, '1时', '1 h'],
  [7501, '2时5分', '2 h 5 min'],
])('%s seconds are said as %s', (seconds, zh, en) => {
  expect([lengthOf(seconds, 'zh'), lengthOf(seconds, 'en')]).toEqual([zh, en])
})

test.each([
  ['2026-01-01T02:03:04.000Z', '2026-01-01 10:03:04'],
  ['2026-01-01T10:03:04+08:00', '2026-01-01 10:03:04'],
  ['yesterday', 'yesterday'],
])('%s on a street eight hours east is %s', (iso, said) => {
  expect(momentLike(iso, '2026-01-01T12:00:00.000+08:00')).toBe(said)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [12_400_000, '12.4 MB'],
  [7_200_000_000, '7.2 GB'],
])('%s bytes are said as %s', (bytes, said) => {
  expect(bytesOf(bytes)).toBe(said)
})

test('reasons for a grade are said in Chinese too', () => {
  expect(gradeReason('cluster of 7', 'zh')).toBe('聚集，共 7 个目标')
  expect(gradeReason('cluster of 7', 'en')).toBe('cluster of 7')
  expect(gradeReason('open fire', 'zh')).toBe('有明火')
  expect(gradeReason('what nobody knows', 'zh')).toBe('what nobody knows')
  for (const code of Object.keys(GRADE_WORDS)) {
    const fact = { code, value: 3 }
    expect(gradeReason(wordsOfFact(fact, 'en'), 'zh')).toBe(wordsOfFact(fact, 'zh'))
  }
})
