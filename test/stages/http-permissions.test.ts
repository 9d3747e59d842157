/** [R49, R98] Who may do what, asked of every permission at a route that names it. */
import { expect, test } from 'vitest'
import { PERMISSIONS, type Permission, ROLES, roleMay } from '../../gateway/http/permissions.ts'
import { PACKAGE_ID, startServer, Visitor, writePackage } from './http-fixture.ts'

/** Each permission, tried at one route. */
const ASKED: Record<
  Exclude<Permission, 'recordings:upload' | 'bodycams:clock' | 'live:view'>,
  [method: string, path: string, body?: unknown]
> = {
  'alerts:read': ['GET', '/api/v1/alerts'],
  'alerts:review': ['POST', '/api/v1/alerts/unknown/review', { verdict: 'VERIFIED' }],
  'alerts:persuade': ['POST', '/api/v1/alerts/unknown/persuasions', {}],
  'persuasions:listen': ['GET', '/api/v1/persuasions/unknown/audio'],
  'alerts:merge': ['POST', '/api/v1/alerts/unknown/split', { reason: 'r' }],
  'tickets:report': ['POST', '/api/v1/tickets', {}],
  'duty:handover': ['POST', '/api/v1/duty/handovers', {}],
  'statistics:read': ['GET', '/api/v1/reports/monthly?from=2026-01-01&to=2026-01-31'],
  'supervision:read': ['GET', '/api/v1/supervision/dismissals?from=2026-01-01&to=2026-01-31'],
  'evidence:read': ['GET', `/api/v1/evidence/${PACKAGE_ID}?purpose=review`],
  'evidence:export': ['GET', `/api/v1/evidence/${PACKAGE_ID}/export`],
  'evidence:export-evidence': ['GET', `/api/v1/evidence/${PACKAGE_ID}/export?profile=EVIDENCE`],
  'evidence:export-internal': ['GET', `/api/v1/evidence/${PACKAGE_ID}/export?profile=INTERNAL`],
  'evidence:export-public': ['GET', `/api/v1/evidence/${PACKAGE_ID}/export?profile=PUBLIC`],
  'evidence:transcribe': [
    'POST',
    `/api/v1/evidence/${PACKAGE_ID}/transcripts`,
    { itemId: 'none', text: 'a' },
  ],
  'config:change': ['GET', '/api/v1/dry-run'],
  'rules:read': ['GET', '/api/v1/rules/public'],
  'cameras:read': ['GET', '/api/v1/cameras'],
  'people:read': ['GET', '/api/v1/people'],
  'recordings:read': ['GET', '/api/v1/recordings'],
  'recordings:decide': ['POST', '/api/v1/recordings/unknown/release', { reason: 'r' }],
  'bodycams:read': ['GET', '/api/v1/bodycams'],
  'bodycams:keep': ['POST', '/api/v1/bodycams/unknown/check-in', {}],
  'recordings:link': ['POST', '/api/v1/alerts/unknown/recordings/unknown/link', { reason: 'r' }],
  'audit:read': ['GET', '/api/v1/audit'],
  'retention:read': ['GET', '/api/v1/retention'],
  'system:read': ['GET', '/api/v1/system'],
  'system:log': ['GET', '/api/v1/system/log'],
  'accounts:manage': ['GET', '/api/v1/accounts'],
  'metrics:read': ['GET', '/metrics'],
}

test.each(ROLES)('[R98] %s may do what the table says, and gets 403 for the rest', async (role) => {
  const running = await startServer()
  writePackage(running.folder)
  const visitor = await Visitor.as(running, role)
  for (const [permission, [method, path, body]] of Object.entries(ASKED)) {
    const { status } = await visitor.send(method, path, body)
    expect([permission, status !== 403]).toEqual([permission, roleMay(role, permission as Permission)])
  }
})

test('[R49, R50] who may review, who may persuade and who may not is what the domain says', () => {
  const may = (permission: Permission) => ROLES.filter((role) => roleMay(role, permission))
  expect(may('alerts:review')).toEqual(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'])
  // [R49] Auxiliary staff persuade; they neither verify nor look at originals.
  expect(may('alerts:persuade')).toEqual(['OFFICER', 'AUXILIARY', 'DISPATCHER', 'ADMIN'])
  expect(PERMISSIONS['alerts:persuade'].scopes).toEqual([])
  expect(may('evidence:read')).toEqual(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'])
  // Who may look at originals and give a verdict may write down what is said in them.
  expect(may('evidence:transcribe')).toEqual(may('alerts:review'))
  expect(PERMISSIONS['alerts:review'].scopes).toEqual([])
})
